import type { Schema } from "@/api/types";

type FoundSymbol = Schema<"SymbolMessage">;

/** First and last date, both included, as 2017-12-31. */
export interface Dates {
  start: string;
  end: string;
}

/** The dates on which all of these symbols have bars, as far as the sources tell; null: they do not tell. */
export function commonDates(
  known: readonly FoundSymbol[],
  { universe, source }: { universe: readonly string[]; source?: string | null },
): Dates | null {
  const spans = universe.flatMap((symbol) => {
    const entry = known.find(
      (each) =>
        each.symbol === symbol && each.first && each.last && (!source || each.source === source),
    );
    return entry?.first && entry.last
      ? [{ start: dayOf(entry.first), end: dayOf(entry.last) }]
      : [];
  });
  const [first] = spans;
  if (first === undefined) return null;
  const common = spans.reduce((dates, span) => ({
    start: span.start > dates.start ? span.start : dates.start,
    end: span.end < dates.end ? span.end : dates.end,
  }));
  return common.start <= common.end ? common : null;
}

export interface Preset extends Dates {
  id: string;
  label: string;
}

/** What the ranges of a sample are called: they keep the room of what is not known yet. */
export const USUAL_LABELS = ["Last year of the data", "2017", "All of the data"] as const;
const SAMPLE_YEAR = { start: "2017-01-01", end: "2017-12-31" };

/** Ranges that a click takes, for bars of these dates; the first is the usual one. */
export function presetsOf(dates: Dates | null, today: string): Preset[] {
  if (dates === null) return [{ id: "last-year", label: "Last year", ...yearTo(today) }];
  const last = within(yearTo(dates.end), dates);
  const presets: Preset[] = [{ id: "last-year", label: USUAL_LABELS[0], ...last }];
  if (dates.start <= SAMPLE_YEAR.end && dates.end >= SAMPLE_YEAR.start) {
    presets.push({ id: "2017", label: USUAL_LABELS[1], ...within(SAMPLE_YEAR, dates) });
  }
  presets.push({ id: "all", label: USUAL_LABELS[2], ...dates });
  return presets.filter(
    (preset, index) =>
      presets.findIndex(({ start, end }) => start === preset.start && end === preset.end) === index,
  );
}

/** What is wrong with the dates that were typed, or null. */
export function rangeFaults({ start, end }: Dates): Partial<Record<"start" | "end", string>> {
  if (!isDate(start)) return { start: "Choose the first date." };
  if (!isDate(end)) return { end: "Choose the last date." };
  return end < start ? { end: "It is before the first date." } : {};
}

const DAY_MS = 86_400_000;

/** How many decisions there will be at most; null where the bars of a day cannot be counted here. */
export function mostDecisions({ start, end }: Dates, period: string): number | null {
  if (!isDate(start) || !isDate(end) || end < start) return null;
  const days = (Date.parse(end) - Date.parse(start)) / DAY_MS + 1;
  if (period === "1w") return Math.ceil(days / 7);
  if (period !== "1d") return null;
  const weeks = Math.floor(days / 7);
  const first = new Date(start).getUTCDay();
  const rest = Array.from({ length: days % 7 }, (_, index) => (first + index) % 7);
  return weeks * 5 + rest.filter((day) => day !== 0 && day !== 6).length;
}

function within(range: Dates, bounds: Dates): Dates {
  return {
    start: range.start > bounds.start ? range.start : bounds.start,
    end: range.end < bounds.end ? range.end : bounds.end,
  };
}

/** The year that ends on this date. */
function yearTo(end: string): Dates {
  const date = new Date(end);
  date.setUTCFullYear(date.getUTCFullYear() - 1);
  date.setUTCDate(date.getUTCDate() + 1);
  return { start: dayOf(date.toISOString()), end };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

export function dayOf(instant: string): string {
  return instant.slice(0, 10);
}
