import { formatMoney, formatNumber, unknown } from "@/lib/format";
import { names, optionLabels, plainName } from "@/lib/parameter-names";
import type { Training } from "@/api/types";

/** The parameters of a training in the order in which they are told. */
export const parameterNames = [
  "symbol",
  "period",
  "source",
  "train_data_percentage",
  "starting_balance",
  "fee_bps",
  "slippage_bps",
  "lr",
  "gamma",
  "batch_size",
  "min_episodes",
  "max_episodes",
  "algorithm",
  "encoder",
  "environments",
  "rollout_workers",
  "device",
  "seed",
  "fresh",
] as const satisfies readonly (keyof Training)[];

export type TrainingParameter = (typeof parameterNames)[number];

const meanings: Record<TrainingParameter, string> = {
  symbol: "What it learns to trade",
  period: "Length of one bar",
  source: "Where the bars come from",
  train_data_percentage: "Of the bars in time order; the rest is out of sample",
  starting_balance: "Cash at the beginning of each episode",
  fee_bps: "Paid on each fill, in hundredths of a per cent of its value",
  slippage_bps: "How much worse each fill is than the price, in hundredths of a per cent",
  lr: "How far each update moves the weights",
  gamma: "What the next bar's reward counts beside this bar's",
  batch_size: "Experiences that each update learns from",
  min_episodes: "It does not end by itself before",
  max_episodes: "It ends after at most so many passes over the training bars",
  algorithm: "How it learns",
  encoder: "How its network reads the bars",
  environments: "Accounts that trade side by side",
  rollout_workers: "Processes of their own that collect experience",
  device: "Where it learns",
  seed: "The same seed gives the same numbers",
  fresh: "Whether it began without what the bot had learned before",
};

const units: Record<string, string> = {
  train_data_percentage: "%",
  fee_bps: "bps",
  slippage_bps: "bps",
};

export function parameterLabel(name: string): string {
  if (name === "starting_balance") return "Starting balance";
  return names[name]?.label ?? plainName(name);
}

export function parameterMeaning(name: TrainingParameter): string {
  return meanings[name];
}

/** A parameter's value as a person writes it. */
export function parameterText(name: string, value: unknown): string {
  if (value === null || value === undefined) return name === "seed" ? "drawn" : unknown;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return optionLabels[value] ?? value;
  if (typeof value !== "number") return String(value);
  if (name === "starting_balance") return formatMoney(value);
  if (name === "seed") return String(value);
  const text = Math.abs(value) < 1 && value !== 0 ? String(value) : formatNumber(value);
  return units[name] ? `${text} ${units[name]}` : text;
}
