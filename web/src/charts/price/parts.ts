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

/** Where a label of this width begins inside the visible part of a stretch; null if it does not fit. */
export function labelPlace(
  left: number,
  right: number,
  width: number,
  label: number,
): number | null {
  const start = Math.max(left, 0) + MARGIN;
  return start + label + MARGIN <= Math.min(right, width) ? start : null;
}
