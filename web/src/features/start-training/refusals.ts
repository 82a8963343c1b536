import type { Problem } from "@/api/problem";
import type { Faults } from "@/features/bots/bot-form";
import { parameters } from "@/lib/parameters";

export interface Refusal {
  /** What the server found, by field. */
  faults: Faults;
  /** What belongs to no field of the form. */
  msg: string | null;
}

const NONE: Refusal = { faults: {}, msg: null };

/** Where a refused start is shown: at its field, else beside the button. */
export function refusalOf(problem: Problem | null, step: "bot" | "training"): Refusal {
  if (problem === null) return NONE;
  const { field, msg } = problem;
  const model = step === "bot" ? "BotsCreate" : "TrainingsStart";
  const known = parameters(model).some(({ name }) => name === field);
  if (field === null || !known) return { faults: {}, msg };
  return { faults: { [step === "bot" ? `bot.${field}` : field]: msg }, msg: null };
}
