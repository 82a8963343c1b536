/** How far each value is below the highest one before it, as a fraction of that: 0 to 1. */
export function drawdowns(equity: ArrayLike<number>): number[] {
  let peak = -Infinity;
  return Array.from({ length: equity.length }, (_, index) => {
    const value = equity[index]!;
    peak = Math.max(peak, value);
    return peak > 0 ? (peak - value) / peak : 0;
  });
}
