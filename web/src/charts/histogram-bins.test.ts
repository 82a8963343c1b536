import { expect, it } from "vitest";
import { histogramBins } from "./histogram-bins";

it("counts every value once", () => {
  const values = Array.from({ length: 1000 }, (_, index) => Math.sin(index) * 37);
  const bins = histogramBins(values);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
  expect(bins.length).toBeLessThanOrEqual(24);
});

it("never mixes gains and losses", () => {
  for (const { from, to } of histogramBins([-7, -3, 2, 11])) expect(from < 0 && to > 0).toBe(false);
});

it("has bins of one round width", () => {
  const widths = histogramBins([-103, 250]).map(({ from, to }) => to - from);
  expect(new Set(widths.map((width) => width.toFixed(6)))).toEqual(new Set(["20.000000"]));
});

it("copes with one value, with equal values and with none", () => {
  expect(histogramBins([5])).toHaveLength(1);
  expect(histogramBins([0, 0])[0]!.count).toBe(2);
  expect(histogramBins([-4, -4, NaN])[0]!.count).toBe(2);
  expect(histogramBins([])).toEqual([]);
});
