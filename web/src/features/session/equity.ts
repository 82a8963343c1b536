import type { Schema } from "@/api/types";

type Performance = Pick<Schema<"PerformanceMessage">, "times" | "equities" | "benchmark">;

/** An account's curve: seconds since 1970, equity, and the benchmark where there is one. */
export interface Curve {
  x: number[];
  equity: (number | null)[];
  benchmark: (number | null)[];
}

/** A point that came live. */
export interface LivePoint {
  at: number;
  equity: number;
}

/** Return the curve up to a decision; null: all of it. */
export function curveOf({ times, equities, benchmark }: Performance, step: number | null): Curve {
  const count = step ?? times.length;
  const x = times.slice(0, count).map((time) => Date.parse(time) / 1_000);
  return {
    x,
    equity: equities.slice(0, count),
    benchmark: benchmark === null ? x.map(() => null) : benchmark.slice(0, count),
  };
}

/** Return the live points with a new one: the latest of each time counts, and those that are read leave. */
export function withPoint(
  points: readonly LivePoint[],
  next: LivePoint,
  readUntil: number,
): LivePoint[] {
  const kept = points.filter(({ at }) => at > readUntil && at < next.at);
  return next.at > readUntil ? [...kept, next] : kept;
}

/** Return the curve with the live points behind it. */
export function joined(curve: Curve, points: readonly LivePoint[]): Curve {
  const last = curve.x.at(-1) ?? -Infinity;
  const later = points.filter(({ at }) => at > last);
  return {
    x: [...curve.x, ...later.map(({ at }) => at)],
    equity: [...curve.equity, ...later.map(({ equity }) => equity)],
    benchmark: [...curve.benchmark, ...later.map(() => null)],
  };
}
