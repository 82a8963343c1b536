import type { TrainingEvent } from "@/api/feeds/training-feed";
import type { Schema } from "@/api/types";

/** The parts of the bars that a training is judged on. */
export type Part = Schema<"TradeMessage">["part"];
export type Episode = Schema<"EpisodeMessage">;
export type EvaluationTrade = Schema<"TradeMessage">;
export type Evaluation = Schema<"EvaluationMessage">;
export type TradeEvent = Extract<TrainingEvent, { kind: "trade" }>;

export const partNames: Record<Part, string> = {
  validation: "Validation",
  out_of_sample: "Out of sample",
};

/** One in so many bars of the training part is validation: see docs/learning.md, "The split". */
const VALIDATION_SHARE = 5;

/** Bars that choose the best weights: from the first index up to, not including, the second. */
export function validationRange(split: number): [from: number, to: number] {
  return [split - Math.floor(split / VALIDATION_SHARE), split];
}
