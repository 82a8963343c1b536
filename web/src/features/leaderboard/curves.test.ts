import { expect, it } from "vitest";
import { aScore, someFigures } from "./builders";
import { accountNames, balanceOf, overlaid, spread, type Performance } from "./curves";

function aPerformance(days: readonly number[], equities: number[], held: number[]): Performance {
  return {
    topic: "session/1",
    times: days.map((day) => new Date(Date.UTC(2017, 0, day)).toISOString()),
    equities,
    exposures: equities.map(() => 1),
    benchmark: held,
    summary: someFigures({ profit: (equities.at(-1) ?? 0) - 100 }),
  };
}

it("accounts of other days and another balance stand on one axis as returns", () => {
  const { x, series } = overlaid([
    {
      score: aScore("session/1", { name: "Ada" }),
      performance: aPerformance([1, 3], [100, 110], [100, 90]),
    },
    {
      score: aScore("session/2", { name: "Bob" }),
      performance: aPerformance([2, 3], [100, 120], [100, 95]),
    },
  ]);

  expect(x).toHaveLength(3);
  expect(series.map(({ name, dashed }) => [name, dashed ?? false])).toEqual([
    ["Ada", false],
    ["Bob", false],
    ["Benchmark of Ada", true],
    ["Benchmark of Bob", true],
  ]);
  expect([...Array.from(series[0]?.values ?? [])].map((value) => value?.toFixed(2))).toEqual([
    "0.00",
    "0.00",
    "0.10",
  ]);
  expect(Array.from(series[1]?.values ?? [])[0]).toBeNull();
});

it("accounts over the same range share one benchmark", () => {
  const performance = aPerformance([1, 2], [100, 110], [100, 105]);
  const { series } = overlaid([
    { score: aScore("session/1", { name: "Ada" }), performance },
    { score: aScore("session/2", { name: "Ada" }), performance },
  ]);

  expect(series.map(({ name }) => name)).toEqual([
    "Ada (session 1)",
    "Ada (session 2)",
    "Benchmark",
  ]);
});

it("a value lasts until the next one, and ends with the account", () => {
  expect(spread([2, 4], [20, 40], [1, 2, 3, 4, 5])).toEqual([null, 20, 20, 40, null]);
});

it("the balance is what is left of the last equity without the profit", () => {
  expect(balanceOf(aPerformance([1, 2], [98, 110], [100, 100]))).toBe(100);
});

it("names that are alone stay as they are", () => {
  expect(accountNames([aScore("session/1"), aScore("training/2", { name: "Bob" })])).toEqual([
    "Nora",
    "Bob",
  ]);
});
