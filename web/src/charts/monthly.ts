import { mix, readableInk } from "./contrast";

/** A year's returns as fractions; null where there is none. */
export interface YearReturns {
  year: number;
  /** January to December. */
  months: readonly (number | null)[];
  total: number;
}

/** Returns of each calendar month (UTC) from an equity curve, the newest year last. */
export function monthlyReturns(times: ArrayLike<number>, equity: ArrayLike<number>): YearReturns[] {
  const years = new Map<number, (number | null)[]>();
  let start = equity[0] ?? 0;
  for (let index = 0; index < times.length; index++) {
    const month = monthOf(times[index]!);
    const next = index + 1 < times.length ? monthOf(times[index + 1]!) : null;
    if (next && next.year === month.year && next.month === month.month) continue;
    const months = years.get(month.year) ?? Array<number | null>(12).fill(null);
    months[month.month] = start > 0 ? equity[index]! / start - 1 : null;
    years.set(month.year, months);
    start = equity[index]!;
  }
  return [...years].map(([year, months]) => ({ year, months, total: compound(months) }));
}

function monthOf(seconds: number): { year: number; month: number } {
  const date = new Date(seconds * 1000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() };
}

function compound(returns: readonly (number | null)[]): number {
  return returns.reduce<number>((growth, each) => growth * (1 + (each ?? 0)), 1) - 1;
}

/** Background and text of a cell: the stronger the return, the stronger its colour; the text can always be read. */
export function cellColours(
  value: number,
  strongest: number,
  colours: { surface: string; ink: string; page: string; up: string; down: string },
): { background: string; ink: string } {
  const strength = strongest === 0 ? 0 : Math.min(1, Math.abs(value) / strongest);
  const background = mix(colours.surface, value < 0 ? colours.down : colours.up, strength * 0.85);
  return { background, ink: readableInk(background, [colours.ink, colours.page]) };
}
