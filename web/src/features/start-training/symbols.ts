import type { Schema } from "@/api/types";
import { formatDate, formatNumber } from "@/lib/format";
import { optionLabels } from "@/lib/parameter-names";

export type FoundSymbol = Schema<"SymbolMessage">;

interface Period {
  id: string;
  seconds: number;
  /** As in “hourly bars”. */
  word: string;
}

export const PERIODS: readonly Period[] = [
  { id: "1m", seconds: 60, word: "1-minute" },
  { id: "5m", seconds: 300, word: "5-minute" },
  { id: "15m", seconds: 900, word: "15-minute" },
  { id: "30m", seconds: 1_800, word: "30-minute" },
  { id: "1h", seconds: 3_600, word: "hourly" },
  { id: "4h", seconds: 14_400, word: "4-hour" },
  { id: "1d", seconds: 86_400, word: "daily" },
  { id: "1w", seconds: 604_800, word: "weekly" },
];

const WRITTEN_OTHERWISE = /^([MHDW])(\d{1,2})$/;

/** Return a period as the platform answers it: H1 and 60m are 1h. */
export function periodId(text: string): string {
  const turned = WRITTEN_OTHERWISE.exec(text.trim().toUpperCase());
  const written = turned ? `${turned[2]}${turned[1]?.toLowerCase()}` : text.trim();
  return written === "60m" ? "1h" : written;
}

export function periodWord(id: string): string {
  return PERIODS.find((period) => period.id === id)?.word ?? id;
}

export function sourceWord(source: string): string {
  return optionLabels[source] ?? source;
}

/** What is known of exactly this symbol, source by source. */
export function knownOf(found: readonly FoundSymbol[], symbol: string): FoundSymbol[] {
  const wanted = symbol.trim().toUpperCase();
  return found.filter((each) => each.symbol.toUpperCase() === wanted);
}

export interface PeriodChoice {
  id: string;
  /** The finer bars that it is made from, where the source has none of its own. */
  madeFrom: string | null;
}

/** The periods that can be asked for: those that are there or can be made from finer ones; all where nothing is known. */
export function periodChoices(known: readonly FoundSymbol[], source: string): PeriodChoice[] {
  const asked = source === "" ? known : known.filter((each) => each.source === source);
  if (asked.length === 0 || asked.some((each) => each.periods.length === 0)) {
    return PERIODS.map(({ id }) => ({ id, madeFrom: null }));
  }
  const has = PERIODS.filter(({ id }) => asked.some((each) => each.periods.includes(id)));
  const others = asked.flatMap((each) => each.periods).filter((id) => !isUsual(id));
  const choices = PERIODS.flatMap((period): PeriodChoice[] => {
    if (has.includes(period)) return [{ id: period.id, madeFrom: null }];
    const finer = has.findLast(({ seconds }) => period.seconds % seconds === 0);
    return finer && finer.seconds < period.seconds ? [{ id: period.id, madeFrom: finer.id }] : [];
  });
  return [...choices, ...[...new Set(others)].map((id) => ({ id, madeFrom: null }))];
}

function isUsual(id: string): boolean {
  return PERIODS.some((period) => period.id === id);
}

/** Return the period to ask for: the wanted one if there is such, else the first of its own. */
export function chosenPeriod(choices: readonly PeriodChoice[], wanted: string): string {
  const id = periodId(wanted);
  if (choices.some((choice) => choice.id === id)) return id;
  return (choices.find((choice) => choice.madeFrom === null) ?? choices[0])?.id ?? id;
}

/** Return the source to ask: the wanted one, else the first that has the period; empty: the server finds one. */
export function chosenSource(
  known: readonly FoundSymbol[],
  wanted: string,
  period: string,
): string {
  if (wanted !== "") return wanted;
  const has = known.find((each) => each.periods.includes(period));
  return (has ?? known[0])?.source ?? "";
}

export interface SymbolOption {
  value: string;
  label: string;
  hint: string;
}

/** One option for each symbol, however many sources have it. */
export function symbolOptions(found: readonly FoundSymbol[]): SymbolOption[] {
  const bySymbol = new Map<string, FoundSymbol[]>();
  for (const each of found) {
    bySymbol.set(each.symbol, [...(bySymbol.get(each.symbol) ?? []), each]);
  }
  return [...bySymbol].map(([symbol, entries]) => {
    const name = entries.find((each) => each.name !== symbol)?.name;
    return {
      value: symbol,
      label: name === undefined ? symbol : `${symbol} · ${name}`,
      hint: entries.map(entryText).join("; "),
    };
  });
}

/** Bundled sample, 1h, 6,225 bars, 2017-01-01 to 2017-12-29 */
function entryText({ source, periods, bars, first, last }: FoundSymbol): string {
  const parts = [sourceWord(source), periodsText(periods)];
  if (typeof bars === "number") parts.push(`${formatNumber(bars)} bars`);
  if (first && last) parts.push(`${formatDate(first)} to ${formatDate(last)}`);
  return parts.join(", ");
}

function periodsText(periods: readonly string[]): string {
  if (periods.length === 0) return "any interval";
  return periods.length > 3 ? `${periods[0]} to ${periods.at(-1)}` : periods.join(" ");
}

const DAY_S = 86_400;
const OLD_DAYS = 7;

/** Say where the bars come from and how old they are; empty where nothing is known. */
export function knownText(known: readonly FoundSymbol[], source: string): string {
  const entry = known.find((each) => each.source === source) ?? known[0];
  if (entry === undefined) return "";
  const name = entry.name === entry.symbol ? "" : `${entry.name}. `;
  const days = (entry.age_s ?? 0) / DAY_S;
  const age = days > OLD_DAYS ? ` The last bar is ${formatNumber(Math.floor(days))} days old.` : "";
  return `${name}${entryText(entry)}.${age}`;
}
