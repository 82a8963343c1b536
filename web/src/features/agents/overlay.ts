import type { LineSeries } from "@/charts/types";
import type { Schema } from "@/api/types";

type Performance = Schema<"PerformanceMessage">;

export interface Curve {
  name: string;
  balance: number;
  performance: Pick<Performance, "times" | "equities" | "benchmark">;
}

interface Line {
  name: string;
  times: number[];
  values: (number | null)[];
  dashed?: boolean;
}

/** Equity as return over time of several sessions, with each benchmark once. */
export function overlayOf(curves: readonly Curve[]): { x: number[]; series: LineSeries[] } {
  const lines = [...curves.map(equityLine), ...benchmarkLines(curves)];
  const x = [...new Set(lines.flatMap(({ times }) => times))].sort((one, other) => one - other);
  const series = lines.map((line) => ({
    name: line.name,
    values: spread(line, x),
    ...(line.dashed && { dashed: true, colour: "muted" as const }),
  }));
  return { x, series };
}

function equityLine({ name, balance, performance }: Curve): Line {
  return {
    name,
    times: performance.times.map(secondsOf),
    values: performance.equities.map((equity) => equity / balance - 1),
  };
}

function benchmarkLines(curves: readonly Curve[]): Line[] {
  const byShape = new Map<string, Line>();
  for (const { name, balance, performance } of curves) {
    const { benchmark, times } = performance;
    if (!benchmark) continue;
    const values = benchmark.map((value) => (value === null ? null : value / balance - 1));
    const shape = [times[0], times.at(-1), times.length, values.at(-1)?.toFixed(9)].join(" ");
    if (byShape.has(shape)) continue;
    byShape.set(shape, {
      name: `Benchmark of ${name}`,
      times: times.map(secondsOf),
      values,
      dashed: true,
    });
  }
  const lines = [...byShape.values()];
  return lines.length === 1 ? lines.map((line) => ({ ...line, name: "Benchmark" })) : lines;
}

/** The values at each place of x: the last one known, and none before the first or after the last. */
function spread({ times, values }: Line, x: readonly number[]): (number | null)[] {
  const last = times.at(-1) ?? -Infinity;
  let next = 0;
  let known: number | null = null;
  return x.map((place) => {
    while (next < times.length && (times[next] ?? Infinity) <= place) {
      known = values[next] ?? known;
      next += 1;
    }
    return place > last ? null : known;
  });
}

function secondsOf(time: string): number {
  return Date.parse(time) / 1_000;
}
