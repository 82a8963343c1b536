import type { StartForm } from "@/features/start-training/form";
import { splitOf } from "@/features/start-training/split";
import { periodWord } from "@/features/start-training/symbols";
import { formatDate, formatNumber, type Zone } from "@/lib/format";

interface Told {
  form: StartForm;
  period: string;
  /** Whether the bot has weights that the training would go on from. */
  isTrained: boolean;
  /** Whether it will learn by another algorithm or encoder than it did. */
  learnsOtherwise?: boolean;
  /** Opening times of the bars, where they are known. */
  times: readonly string[] | null;
  zone: Zone;
}

/** Say in words what a start will do. */
export function summaryOf({ form, period, isTrained, learnsOtherwise, times, zone }: Told): string {
  const bot = form.bot ?? form.newBot.name?.trim() ?? "";
  const { symbol = "", train_data_percentage = "", min_episodes, max_episodes } = form.texts;
  const percentage = Number(train_data_percentage);
  const share = times === null ? `the first ${percentage}% of the` : firstBars(times, percentage);
  const dates = times === null ? "" : datesOf(times, percentage, zone);
  const episodes =
    min_episodes === max_episodes
      ? formatNumber(max_episodes)
      : `${formatNumber(min_episodes)} to ${formatNumber(max_episodes)}`;
  return [
    `Trains ${bot} on ${share} ${periodWord(period)} bars of ${symbol.trim().toUpperCase()}${dates}`,
    `for ${episodes} episodes; the last ${100 - percentage}% are only looked at.`,
    beginning(bot, isTrained, learnsOtherwise || form.texts.fresh === "true"),
  ].join(" ");
}

function firstBars(times: readonly string[], percentage: number): string {
  return `the first ${formatNumber(splitOf(times.length, percentage).index)}`;
}

function datesOf(times: readonly string[], percentage: number, zone: Zone): string {
  const last = splitOf(times.length, percentage).index - 1;
  return last < 0 ? "" : ` (${formatDate(times[0], zone)} to ${formatDate(times[last], zone)})`;
}

function beginning(bot: string, isTrained: boolean, fresh: boolean): string {
  if (!isTrained) return "It begins with new weights.";
  return fresh
    ? `It begins with new weights, which will replace what ${bot} has learned.`
    : `It goes on from the best weights of ${bot}.`;
}
