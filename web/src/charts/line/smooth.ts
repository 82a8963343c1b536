import type { Values } from "../types";

/**
 * Exponential moving average that gives `weight` to the past, corrected for having no past at the start.
 * Gaps stay gaps, and the average goes on behind them.
 */
export function smooth(values: Values, weight: number): (number | null)[] {
  let average = 0;
  let counted = 0;
  return Array.from({ length: values.length }, (_, index) => {
    const value = values[index];
    if (value === null || value === undefined || !Number.isFinite(value)) return null;
    average = weight * average + (1 - weight) * value;
    counted += 1;
    return average / (1 - weight ** counted);
  });
}
