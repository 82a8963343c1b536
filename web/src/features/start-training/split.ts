/** Bars `from` up to, not including, `to`. */
export interface Part {
  from: number;
  to: number;
}

/** How bars are divided: what lies between the parts is left out, so that none knows of another. */
export interface Split {
  training: Part;
  validation: Part;
  outOfSample: Part;
  /** Index of the first bar that does not belong to the training share. */
  index: number;
}

export const WARM_UP = 32;
export const PURGE = 33;
const SHORTEST = 8;
const VALIDATION_SHARE = 5;

/** Divide so many bars as the platform does: see “The split” in docs/learning.md. */
export function splitOf(bars: number, percentage: number): Split {
  const index = Math.floor((bars * percentage) / 100);
  const validation = index - Math.floor(index / VALIDATION_SHARE);
  return {
    training: { from: WARM_UP, to: Math.max(validation - PURGE, WARM_UP) },
    validation: { from: validation, to: index },
    outOfSample: { from: Math.min(index + PURGE, bars), to: bars },
    index,
  };
}

export function sizeOf({ from, to }: Part): number {
  return to - from;
}

/** Return why these bars cannot be divided so, or null. */
export function splitFault(bars: number, percentage: number): string | null {
  const { training, validation, outOfSample } = splitOf(bars, percentage);
  const parts = { training, validation, "out of sample": outOfSample };
  for (const [name, part] of Object.entries(parts)) {
    if (sizeOf(part) <= SHORTEST) {
      const what = name === "out of sample" ? name : `for ${name}`;
      return `This leaves ${sizeOf(part)} of ${bars} bars ${what}; more than ${SHORTEST} are needed.`;
    }
  }
  return null;
}
