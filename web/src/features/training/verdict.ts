import { formatMoney, formatPercent } from "@/lib/format";
import type { Evaluation } from "./parts";

/** How the best weights did beside buying and holding, in one sentence; null where it is not known. */
export function verdict(evaluation: Evaluation, startingBalance: number): string | null {
  const held = evaluation.buy_and_hold;
  if (held === null || held === undefined) return null;
  const more = evaluation.profit - held;
  const money = formatMoney(Math.abs(more));
  if (formatMoney(more) === formatMoney(0)) return "As good as buying and holding the same bars.";
  const share = formatPercent(Math.abs(more) / startingBalance);
  const word = more > 0 ? "Better" : "Worse";
  return `${word} than buying and holding the same bars, by ${money}, which is ${share} of the starting balance.`;
}
