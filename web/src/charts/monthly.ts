import { mix, readableShare } from "./contrast";

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

/** Background of a cell: the stronger the return, the stronger its colour, as far as its text can be read. */
export function cellColour(
  value: number,
  strongest: number,
  { surface, ink, up, down }: { surface: string; ink: string; up: string; down: string },
): string {
  const colour = value < 0 ? down : up;
  const strength = strongest === 0 ? 0 : Math.min(1, Math.abs(value) / strongest);
  return mix(surface, colour, strength * readableShare(surface, colour, ink, 0.7));
}
