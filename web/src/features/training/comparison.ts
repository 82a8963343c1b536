import type { Training } from "@/api/types";
import { formatMoney, formatNumber, formatPercent, unknown } from "@/lib/format";
import { stateWord } from "@/ui/badge";
import { parameterLabel, parameterNames, parameterText } from "./parameter-words";
import type { Evaluation } from "./parts";

/** As many trainings as there are colours that can be told apart. */
export const MOST_COMPARED = 8;

export interface ComparisonRow {
  id: string;
  label: string;
  /** One text for each training. */
  texts: string[];
  /** Whether the trainings are not all alike in it. */
  differs: boolean;
}

/** The ids of an address such as `5,6`: each once, without the training itself. */
export function comparedIds(texts: readonly string[], self: number | null): number[] {
  const ids = texts.filter((text) => /^[1-9]\d{0,9}$/.test(text)).map(Number);
  const others = [...new Set(ids)].filter((id) => id !== self);
  return others.slice(0, MOST_COMPARED - (self === null ? 0 : 1));
}

export function parameterRows(trainings: readonly Training[]): ComparisonRow[] {
  const rows = parameterNames.map((name) => ({
    id: name,
    label: parameterLabel(name),
    texts: trainings.map((training) => parameterText(name, training[name])),
  }));
  const bots = { id: "bot_name", label: "Bot", texts: trainings.map((each) => each.bot_name) };
  return [bots, ...rows].map(marked);
}

type Read = (training: Training) => string;

const results: [id: string, label: string, read: Read][] = [
  ["state", "State", ({ state }) => stateWord(state)],
  ["episodes", "Episodes", ({ episodes }) => formatNumber(episodes.current)],
  ["validation", "Validation profit", (each) => shareText(each, each.validation)],
  ["validation-sharpe", "Validation Sharpe", ({ validation }) => sharpeText(validation)],
  ["profit", "Out-of-sample profit", (each) => shareText(each, each.out_of_sample)],
  ["hold", "Buy and hold, same bars", (each) => holdText(each)],
  ["sharpe", "Out-of-sample Sharpe", ({ out_of_sample: part }) => sharpeText(part)],
  [
    "drawdown",
    "Largest drawdown",
    ({ out_of_sample: part }) => formatPercent(part?.max_drawdown ?? null),
  ],
  ["trades", "Trades", ({ out_of_sample: part }) => formatNumber(part?.trades ?? null)],
];

export function resultRows(trainings: readonly Training[]): ComparisonRow[] {
  return results.map(([id, label, read]) => marked({ id, label, texts: trainings.map(read) }));
}

function marked(row: Omit<ComparisonRow, "differs">): ComparisonRow {
  return { ...row, differs: new Set(row.texts).size > 1 };
}

function shareText({ starting_balance: balance }: Training, part: Evaluation | null): string {
  if (part === null) return unknown;
  return `${formatMoney(part.profit, { sign: true })} (${formatPercent(part.profit / balance, { sign: true })})`;
}

function holdText(training: Training): string {
  const part = training.out_of_sample;
  const held = part?.buy_and_hold ?? null;
  return part === null || held === null ? unknown : shareText(training, { ...part, profit: held });
}

function sharpeText(part: Evaluation | null): string {
  return part?.sharpe === null ? unknown : formatNumber(part?.sharpe, { digits: 2 });
}
