/** A stretch of the bars: from this index up to, not including, the second. */
export interface Part {
  kind: "training" | "validation" | "unseen";
  label: string;
  from: number;
  to: number;
}

const MARGIN = 6;

/** Divides the bars into what is trained on, what chooses the weights, and what neither has seen. */
export function partsOf(
  count: number,
  split?: number,
  validation?: readonly [number, number],
): Part[] {
  if (split === undefined && !validation) return [];
  const end = split ?? count;
  const [from, to] = validation ?? [end, end];
  const parts: Part[] = [
    { kind: "training", label: "Training", from: 0, to: Math.min(from, end) },
    { kind: "validation", label: "Validation", from, to },
    { kind: "unseen", label: "Out of sample", from: end, to: count },
  ];
  return parts.filter((part) => part.to > part.from);
}

/** A visible stretch in pixels, and how wide its label is. */
export interface Stretch {
  left: number;
  right: number;
  label: number;
}

/** Where labels begin: in one row if each fits into its stretch, else each in a row of its own. */
export function labelPlaces(
  stretches: readonly Stretch[],
  width: number,
): { x: number; row: number }[] {
  const starts = stretches.map(({ left }) => Math.max(left, 0) + MARGIN);
  const fits = stretches.every(
    ({ right, label }, index) => starts[index]! + label + MARGIN <= Math.min(right, width),
  );
  return stretches.map(({ label }, index) => ({
    x: Math.max(0, Math.min(starts[index]!, width - label - MARGIN)),
    row: fits ? 0 : index,
  }));
}
