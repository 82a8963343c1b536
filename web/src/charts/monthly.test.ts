import { expect, it } from "vitest";
import { monthlyReturns } from "./monthly";

const at = (date: string) => Date.parse(`${date}T00:00:00Z`) / 1000;

it("compares the last equity of each month with that of the month before", () => {
  const times = ["2023-12-30", "2023-12-31", "2024-01-15", "2024-01-31", "2024-02-29"].map(at);
  const years = monthlyReturns(times, [100, 110, 50, 121, 60.5]);
  expect(years.map(({ year }) => year)).toEqual([2023, 2024]);
  expect(years[0]!.months[11]).toBeCloseTo(0.1);
  expect(
    years[1]!.months.slice(0, 3).map((value) => value && Math.round(value * 1e6) / 1e6),
  ).toEqual([0.1, -0.5, null]);
  expect(years[1]!.total).toBeCloseTo(-0.45);
});

it("says nothing of no equity at all", () => {
  expect(monthlyReturns([], [])).toEqual([]);
});
