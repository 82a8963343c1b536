import { expect, it } from "vitest";
import { smooth } from "./smooth";

it("gives the values back where the past has no weight", () => {
  expect(smooth([3, 1, 2], 0)).toEqual([3, 1, 2]);
});

it("begins with the first value instead of rising from zero", () => {
  expect(smooth([5, 5, 5], 0.99).map((value) => Math.round(value! * 1e9) / 1e9)).toEqual([5, 5, 5]);
});

it("weighs the past as it is told to", () => {
  expect(smooth([0, 1], 0.5)[1]).toBeCloseTo(0.5 / 0.75);
});

it("keeps gaps, and goes on behind them", () => {
  const smoothed = smooth([2, null, NaN, 2], 0.9);
  expect(smoothed.slice(1, 3)).toEqual([null, null]);
  expect(smoothed[3]).toBeCloseTo(2);
});
