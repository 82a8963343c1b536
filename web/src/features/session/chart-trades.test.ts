import { describe, expect, it } from "vitest";
import { aFill } from "./builders";
import { barAt, chartTrades } from "./chart-trades";

const times = ["2017-01-04", "2017-01-05", "2017-01-06"].map((day) => Date.parse(day) / 1_000);

describe("the trades of a chart", () => {
  it("stand at the bars in which they were filled, at exact prices", () => {
    const fills = [
      aFill({ at: "2017-01-04T14:30:00Z", price: "100.5" }),
      aFill({ at: "2017-01-06T14:30:00Z", quantity: "-2", price: "110.25" }),
      aFill({ symbol: "^GSPC" }),
    ];
    expect(chartTrades(fills, "GOOGL", times, 90)).toMatchObject([
      { openAt: 0, openPrice: 100.5, closeAt: 2, closePrice: 110.25, side: 1, profit: 17.5 },
    ]);
  });

  it("are marked at the last price while they are open", () => {
    const [trade] = chartTrades([aFill()], "GOOGL", times, 90);
    expect(trade).toMatchObject({ closeAt: null, profit: -21 });
  });

  it("belong to the first bar where none had begun", () => {
    expect(barAt(times, 0)).toBe(0);
    expect(barAt([], 5)).toBe(0);
  });
});
