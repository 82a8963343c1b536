export interface Bin {
  from: number;
  to: number;
  count: number;
}

/**
 * Bins of one round width over all values. Zero is always an edge, so that no bin mixes gains and losses; a value on an edge
 * belongs to the bin above it, the greatest one to the last bin.
 */
export function histogramBins(values: readonly number[], most = 24): Bin[] {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return [];
  const least = known.reduce((a, b) => Math.min(a, b));
  const greatest = known.reduce((a, b) => Math.max(a, b));
  const width = roundWidth((greatest - least) / Math.max(1, most - 2) || Math.abs(greatest) || 1);
  const first = Math.floor(least / width);
  const count = Math.max(1, Math.ceil(greatest / width) - first);
  const bins = Array.from({ length: count }, (_, index) => ({
    from: (first + index) * width,
    to: (first + index + 1) * width,
    count: 0,
  }));
  for (const value of known) {
    const index = Math.min(count - 1, Math.max(0, Math.floor(value / width) - first));
    bins[index]!.count += 1;
  }
  return bins;
}

/** The next of 1, 2, 5, 10, 20 … that is at least as wide. */
function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const step = [1, 2, 5, 10].find((each) => each * power >= width * (1 - 1e-9)) ?? 10;
  return step * power;
}
