"use client";

import type { NewestEvaluation } from "./evaluation-trades";
import { useSlowly } from "./hooks";
import { partNames, type Part } from "./parts";
import type { TrainingHistory } from "./training-history";

/** Whose trades are shown: the account that learns, or the best weights on a part. */
export type Shown = "live" | Part;

export const shownNames: Record<Shown, string> = { live: "Shown episode (live)", ...partNames };

export function shownOf(text: string): Shown {
  return text === "validation" || text === "out_of_sample" ? text : "live";
}

const EVALUATION_MS = 500;

export function useEvaluation(history: TrainingHistory, part: Part): NewestEvaluation | null {
  return useSlowly(history, ({ evaluations }) => evaluations.of(part), EVALUATION_MS);
}
