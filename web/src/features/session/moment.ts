import type { Schema } from "@/api/types";
import { accountAfter, type Fill } from "./account";

type Position = Schema<"PositionMessage">;

/** A session as it stood at one of its decisions. */
export interface Moment {
  step: number;
  /** Market time; null where nothing is known of this decision yet. */
  at: string | null;
  cash: number;
  equity: number | null;
  profit: number | null;
  fees: number;
  fills: number;
  positions: readonly Position[];
}

/** Bars of one symbol: opening times (ms) in order, and closes. */
export interface Prices {
  times: readonly number[];
  closes: readonly number[];
}

/** Return when each decision was taken: the first one's time is the first. */
export function timeOfStep(times: readonly string[], step: number): string | null {
  return times[step - 1] ?? null;
}

/** Return the fills up to a time, which are in order. */
export function fillsUntil(fills: readonly Fill[], at: string | null): readonly Fill[] {
  if (at === null) return [];
  const end = Date.parse(at);
  const later = fills.findIndex((fill) => Date.parse(fill.at) > end);
  return later < 0 ? fills : fills.slice(0, later);
}

/** Return the close of the last bar that had begun before a time, or null. */
export function priceAt(prices: Prices | undefined, at: number): number | null {
  if (prices === undefined) return null;
  const index = lastBefore(prices.times, at);
  return index < 0 ? null : (prices.closes[index] ?? null);
}

/** Return the index of the last time before this one, or -1. */
export function lastBefore(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface Known {
  at: string | null;
  /** One for each decision. */
  equities: readonly number[];
  fills: readonly Fill[];
  balance: number;
  prices: ReadonlyMap<string, Prices>;
}

/** Return what a session held at a decision, from its fills and prices up to then. */
export function momentAt(step: number, { at, equities, fills, balance, prices }: Known): Moment {
  const done = fillsUntil(fills, at);
  const { cash, fees, holdings } = accountAfter(done, balance);
  const equity = equities[step - 1] ?? null;
  return {
    step,
    at,
    cash,
    fees,
    equity,
    profit: equity === null ? null : equity - balance,
    fills: done.length,
    positions: holdings.map(({ symbol, quantity, averagePrice }) => {
      const known = at === null ? null : priceAt(prices.get(symbol), Date.parse(at));
      const price = known ?? averagePrice;
      return {
        symbol,
        quantity,
        average_price: averagePrice,
        price,
        value: quantity * price,
        profit: quantity * (price - averagePrice),
      };
    }),
  };
}
