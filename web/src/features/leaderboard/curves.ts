import type { Schema } from "@/api/types";
import type { LineSeries } from "@/charts/types";
import { rangeKey, type Score } from "./board";

export type Performance = Schema<"PerformanceMessage">;

export interface ShownAccount {
  score: Pick<Score, "topic" | "name" | "symbols">;
  performance: Performance;
}

/** Returns of several accounts over one time axis, and of their benchmarks, dashed: each range has one. */
export function overlaid(accounts: readonly ShownAccount[]): { x: number[]; series: LineSeries[] } {
  const times = accounts.map(({ performance }) => secondsOf(performance.times));
  const x = [...new Set(times.flat())].sort((one, other) => one - other);
  const names = accountNames(accounts.map(({ score }) => score));
  const series = accounts.map(({ performance }, index): LineSeries => {
    const returns = returnsOf(performance.equities, balanceOf(performance));
    return {
      name: names[index] ?? "",
      values: spread(times[index] ?? [], returns, x),
      colour: index,
    };
  });
  return { x, series: [...series, ...benchmarks(accounts, times, x)] };
}

function benchmarks(
  accounts: readonly ShownAccount[],
  times: readonly number[][],
  x: readonly number[],
): LineSeries[] {
  const names = accountNames(accounts.map(({ score }) => score));
  const indices = accounts.flatMap(({ performance }, index) =>
    performance.benchmark ? [index] : [],
  );
  const groups = [...Map.groupBy(indices, (index) => keyOf(accounts[index]!)).values()];
  return groups.flatMap((group): LineSeries[] => {
    const index = group[0] ?? 0;
    const performance = accounts[index]?.performance;
    if (!performance?.benchmark) return [];
    const returns = returnsOf(performance.benchmark, balanceOf(performance));
    const of = group.map((each) => names[each]).join(", ");
    return [
      {
        name: groups.length === 1 ? "Benchmark" : `Benchmark of ${of}`,
        values: spread(times[index] ?? [], returns, x),
        colour: groups.length === 1 ? "muted" : index,
        dashed: true,
      },
    ];
  });
}

function keyOf({ score, performance }: ShownAccount): string {
  const [start, end] = [performance.times[0] ?? "", performance.times.at(-1) ?? ""];
  return rangeKey({ symbols: score.symbols, start, end });
}

/** Two accounts of one name are told apart by their run. */
export function accountNames(scores: readonly Pick<Score, "topic" | "name">[]): string[] {
  return scores.map(({ name, topic }) => {
    const isAlone = scores.filter((other) => other.name === name).length === 1;
    return isAlone ? name : `${name} (${topic.replace("/", " ")})`;
  });
}

function secondsOf(times: readonly string[]): number[] {
  return times.map((time) => Date.parse(time) / 1_000);
}

/** What the account began with. */
export function balanceOf({ equities, summary }: Performance): number {
  return (equities.at(-1) ?? 0) - summary.profit;
}

function returnsOf(values: readonly (number | null)[], balance: number): (number | null)[] {
  return values.map((value) => (value === null || balance <= 0 ? null : value / balance - 1));
}

/** The values at the times of `x`: between two of its own times the earlier one's, and nothing before or after all of them. */
export function spread(
  times: readonly number[],
  values: readonly (number | null)[],
  x: readonly number[],
): (number | null)[] {
  const last = times.at(-1) ?? -Infinity;
  let at = -1;
  return x.map((time) => {
    while (at + 1 < times.length && (times[at + 1] ?? Infinity) <= time) at += 1;
    return at < 0 || time > last ? null : (values[at] ?? null);
  });
}
