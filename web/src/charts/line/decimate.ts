import type { Values } from "../types";

/** Above so many points a series is drawn by the least and the greatest of each stretch. */
export const MOST_POINTS = 4000;

export interface Columns {
  x: number[];
  values: (number | null)[][];
}

/**
 * At most `most` rows of the stretch from `from` up to, not including, `to`. Each bucket of rows becomes two:
 * of every series its least and its greatest value, in the order in which they came, so that no spike is lost.
 * A bucket is a gap only where a series has no value in it at all.
 */
export function decimate(
  x: ArrayLike<number>,
  columns: readonly Values[],
  from = 0,
  to = x.length,
  most = MOST_POINTS,
): Columns {
  const count = to - from;
  if (count <= most) {
    return {
      x: Array.from({ length: count }, (_, row) => x[from + row]!),
      values: columns.map((column) => slice(column, from, to)),
    };
  }
  const buckets = Math.floor(most / 2);
  const starts = Array.from({ length: buckets + 1 }, (_, bucket) =>
    Math.floor(from + (bucket * count) / buckets),
  );
  const rows: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = starts[bucket]!;
    const last = starts[bucket + 1]! - 1;
    rows.push(x[start]!, x[Math.max(last, start)]!);
  }
  return { x: rows, values: columns.map((column) => extremes(column, starts)) };
}

function slice(column: Values, from: number, to: number): (number | null)[] {
  return Array.from({ length: to - from }, (_, row) => present(column[from + row]));
}

function present(value: number | null | undefined): number | null {
  return value === undefined || value === null || Number.isNaN(value) ? null : value;
}

function extremes(column: Values, starts: readonly number[]): (number | null)[] {
  const rows: (number | null)[] = [];
  for (let bucket = 0; bucket + 1 < starts.length; bucket++) {
    let least = -1;
    let greatest = -1;
    for (let row = starts[bucket]!; row < starts[bucket + 1]!; row++) {
      const value = present(column[row]);
      if (value === null) continue;
      if (least < 0 || value < column[least]!) least = row;
      if (greatest < 0 || value > column[greatest]!) greatest = row;
    }
    if (least < 0) rows.push(null, null);
    else rows.push(column[Math.min(least, greatest)]!, column[Math.max(least, greatest)]!);
  }
  return rows;
}

/** The rows whose x lies in a range, and one more on each side, so that lines go on to the edge. */
export function rowsWithin(x: ArrayLike<number>, min: number, max: number): [number, number] {
  const from = firstAtLeast(x, min);
  const to = firstAtLeast(x, max);
  return [Math.max(0, from - 1), Math.min(x.length, to + 2)];
}

function firstAtLeast(x: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
