export interface Range {
  from: number;
  to: number;
}

/** The range around the same middle, `factor` times as wide, inside the bars there are. */
export function zoomed({ from, to }: Range, factor: number, count: number): Range {
  const middle = (from + to) / 2;
  const half = Math.max(5, ((to - from) / 2) * factor);
  if (2 * half >= count) return { from: -0.5, to: count - 0.5 };
  const start = Math.min(Math.max(middle - half, -0.5), count - 0.5 - 2 * half);
  return { from: start, to: start + 2 * half };
}

/** Where a range goes so that this bar is well inside it; null if it is already. */
export function followed({ from, to }: Range, bar: number): Range | null {
  const width = to - from;
  if (bar >= from && bar <= from + 0.95 * width) return null;
  const start = Math.max(-0.5, bar - 0.8 * width);
  return { from: start, to: start + width };
}
