import { describe, expect, it } from "vitest";
import { aFill } from "./builders";
import { fillsUntil, lastBefore, momentAt, priceAt, timeOfStep } from "./moment";

const times = [
  "2017-01-03T21:00:00+00:00",
  "2017-01-04T21:00:00+00:00",
  "2017-01-05T21:00:00+00:00",
];
const equities = [1_000, 1_050, 1_020];
const days = ["2017-01-03", "2017-01-04", "2017-01-05"].map((day) => Date.parse(day));
const prices = new Map([["GOOGL", { times: days, closes: [100, 125, 90] }]]);
const fills = [
  aFill({ at: "2017-01-04T14:30:00Z" }),
  aFill({ seq: 2, at: "2017-01-05T21:00:00Z", quantity: "-2", price: "90" }),
];
const known = { equities, fills, balance: 1_000, prices };
const moment = (step: number, more = {}) =>
  momentAt(step, { ...known, at: timeOfStep(times, step), ...more });

describe("a session at one of its decisions", () => {
  it("holds what was filled until then, at the prices known then", () => {
    expect(moment(2)).toMatchObject({
      at: "2017-01-04T21:00:00+00:00",
      cash: 799,
      equity: 1_050,
      profit: 50,
      fills: 1,
      positions: [{ symbol: "GOOGL", quantity: 2, average_price: 100, price: 125, profit: 50 }],
    });
  });

  it("has the whole balance at the first, and nothing left after the last close", () => {
    expect(moment(1)).toMatchObject({ cash: 1_000, positions: [], fills: 0 });
    expect(moment(3)).toMatchObject({ cash: 978, positions: [], fills: 2 });
  });

  it("is marked at its entry where no price is known", () => {
    const [position] = moment(2, { prices: new Map() }).positions;
    expect(position).toMatchObject({ price: 100, profit: 0 });
  });

  it("knows nothing of a decision that is not told of yet", () => {
    expect(moment(9)).toMatchObject({ at: null, equity: null, profit: null });
  });
});

describe("prices at a time", () => {
  const hours = { times: [10, 11, 12], closes: [1, 2, 3] };

  it("are of the last bar that had begun before, never of the one that begins", () => {
    expect([10, 11, 11.5, 99].map((at) => priceAt(hours, at))).toEqual([null, 1, 2, 3]);
    expect(lastBefore([], 5)).toBe(-1);
  });
});

describe("what is cut", () => {
  it("are fills after a time", () => {
    expect(fillsUntil(fills, "2017-01-04T14:30:00+00:00")).toHaveLength(1);
    expect(fillsUntil(fills, null)).toEqual([]);
  });
});
