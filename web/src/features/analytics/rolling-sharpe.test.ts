import { expect, it } from "vitest";
import { barReturns, barsPerYear, rollingSharpe, windowsFor } from "./rolling-sharpe";

it("a return is from each equity to the next, and ends where everything is lost", () => {
  const returns = barReturns([100, 110, 99, 0, 50]);

  expect(returns.map((value) => value.toFixed(2))).toEqual(["0.10", "-0.10", "-1.00"]);
  expect(barReturns([100])).toEqual([]);
});

it("the bars of a year come out of the server's own volatility", () => {
  const returns = [0.01, -0.02, 0.03, 0.005];
  const mean = returns.reduce((sum, value) => sum + value, 0) / 4;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3;

  expect(barsPerYear(returns, Math.sqrt(variance * 252))).toBeCloseTo(252, 8);
  expect(barsPerYear([0, 0, 0], 0)).toBeNull();
  expect(barsPerYear(returns, null)).toBeNull();
});

it("over all returns the rolling Sharpe ratio is the plain one", () => {
  const returns = [0.01, 0.03];
  const deviation = Math.sqrt(2 * 0.01 ** 2);

  const rolling = rollingSharpe(returns, 2, 252);

  expect(rolling.slice(0, 2)).toEqual([null, null]);
  expect(rolling[2]).toBeCloseTo((0.02 / deviation) * Math.sqrt(252), 10);
});

it("there is one value for each equity, and none where nothing varies", () => {
  expect(rollingSharpe([0.01, 0.01, 0.01], 2, 252)).toEqual([null, null, null, null]);
});

it("only windows are offered that fit the account", () => {
  expect(windowsFor(124)).toEqual([20, 60]);
  expect(windowsFor(10)).toEqual([]);
  expect(windowsFor(5_000)).toEqual([120, 250, 500, 1_000]);
});
