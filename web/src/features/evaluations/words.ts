import { algorithmLabel } from "@/features/algorithms/algorithms";

const BASELINES: Record<string, string> = {
  buy_and_hold: "Buy and hold",
  flat: "Flat",
  moving_average: "Moving averages",
  random: "Random",
  hindsight: "Hindsight",
};

/** What a curve or a line of a table is called. */
export function policyName(name: string): string {
  return BASELINES[name] ?? algorithmLabel(name);
}
