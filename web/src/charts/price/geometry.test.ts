import { describe, expect, it } from "vitest";
import type { Trade } from "../types";
import { distanceSquared, markRadius, nearestTrade, segmentOf } from "./geometry";

const place = { x0: 0, dx: 10, y0: 200, dy: -1 };
const last = { index: 20, price: 150 };
const trade = (change: Partial<Trade>): Trade => ({
  openAt: 2,
  openPrice: 100,
  closeAt: 6,
  closePrice: 120,
  side: 1,
  profit: 1,
  amount: 1,
  openAmount: 100,
  closeAmount: 120,
  ...change,
});

describe("segmentOf", () => {
  it("goes from the entry to the exit, at their prices", () => {
    expect(segmentOf(trade({}), last, place)).toEqual({ x1: 20, y1: 100, x2: 60, y2: 80 });
  });

  it("goes to the last bar while the trade is open", () => {
    const open = trade({ closeAt: null, closePrice: null });
    expect(segmentOf(open, last, place)).toEqual({ x1: 20, y1: 100, x2: 200, y2: 50 });
  });

  it("never goes back in time where the last bar is not known yet", () => {
    const open = trade({ closeAt: null, closePrice: null });
    expect(segmentOf(open, { index: 0, price: 90 }, place).x2).toBe(20);
  });
});

describe("nearestTrade", () => {
  const trades = [trade({}), trade({ openAt: 8, closeAt: 12, openPrice: 50, closePrice: 50 })];

  it("finds the trade whose line is nearest", () => {
    expect(nearestTrade(trades, last, place, { x: 100, y: 153 }, 8)).toBe(1);
    expect(nearestTrade(trades, last, place, { x: 40, y: 88 }, 8)).toBe(0);
  });

  it("finds none that is too far away, nor one beside the end of a line", () => {
    expect(nearestTrade(trades, last, place, { x: 100, y: 141 }, 8)).toBe(-1);
    expect(nearestTrade(trades, last, place, { x: 130, y: 150 }, 8)).toBe(-1);
  });

  it("measures a trade of no length by its point", () => {
    expect(distanceSquared({ x1: 5, y1: 5, x2: 5, y2: 5 }, 8, 9)).toBe(25);
  });
});

it("draws smaller marks the more trades there are", () => {
  expect(markRadius(1, 1000)).toBe(5);
  expect(markRadius(100, 1000)).toBeCloseTo(10 / 3);
  expect(markRadius(5000, 1000)).toBe(1.5);
});
