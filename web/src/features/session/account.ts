import type { Schema } from "@/api/types";

export type Fill = Schema<"AccountFillMessage">;

export interface Holding {
  symbol: string;
  /** Units, negative where short. */
  quantity: number;
  averagePrice: number;
}

export interface Account {
  cash: number;
  fees: number;
  holdings: readonly Holding[];
}

/** An entry with the exit that ended it, or still open. */
export interface Trip {
  symbol: string;
  side: 1 | -1;
  quantity: number;
  openAt: string;
  openPrice: number;
  closeAt: string | null;
  closePrice: number | null;
  /** Net of the fees of its part of both fills; null while it is open. */
  profit: number | null;
  /** Paid at the entry. */
  fee: number;
}

/** What is left of a position by rounding alone is nothing. */
const NOTHING = 1e-9;

/** Return the account that these fills lead to, from the starting balance on. */
export function accountAfter(fills: readonly Fill[], balance: number): Account {
  let cash = balance;
  let fees = 0;
  const held = new Map<string, Holding>();
  for (const fill of fills) {
    const { quantity, price, fee } = numbersOf(fill);
    cash -= quantity * price + fee;
    fees += fee;
    const before = held.get(fill.symbol) ?? {
      symbol: fill.symbol,
      quantity: 0,
      averagePrice: 0,
    };
    held.set(fill.symbol, holdingAfter(before, quantity, price));
  }
  return { cash, fees, holdings: [...held.values()].filter(({ quantity }) => quantity !== 0) };
}

/** More of the same moves the average price, less keeps it, and the other side begins at the fill's price. */
function holdingAfter(before: Holding, quantity: number, price: number): Holding {
  const after = before.quantity + quantity;
  const size = Math.max(Math.abs(before.quantity), Math.abs(quantity));
  if (Math.abs(after) <= size * NOTHING) return { ...before, quantity: 0, averagePrice: 0 };
  if (before.quantity * quantity >= 0) {
    const paid = before.quantity * before.averagePrice + quantity * price;
    return { ...before, quantity: after, averagePrice: paid / after };
  }
  const isTurned = before.quantity * after < 0;
  return { ...before, quantity: after, averagePrice: isTurned ? price : before.averagePrice };
}

/** Return the round trips of these fills: what came first leaves first, each at its exact prices. */
export function tripsOf(fills: readonly Fill[]): Trip[] {
  const closed: Trip[] = [];
  const lots = new Map<string, Trip[]>();
  for (const fill of fills) {
    const open = lots.get(fill.symbol) ?? [];
    lots.set(fill.symbol, open);
    const { quantity, price, fee } = numbersOf(fill);
    const side = quantity > 0 ? 1 : -1;
    const size = Math.abs(quantity);
    let left = size;
    while (left > size * NOTHING && open[0] !== undefined && open[0].side !== side) {
      const lot = open[0];
      const part = Math.min(left, lot.quantity);
      closed.push(closedTrip(lot, part, fill.at, price, (fee * part) / size));
      left -= part;
      if (lot.quantity - part <= lot.quantity * NOTHING) open.shift();
      else open[0] = partOf(lot, lot.quantity - part);
    }
    if (left > size * NOTHING) {
      open.push({
        symbol: fill.symbol,
        side,
        quantity: left,
        openAt: fill.at,
        openPrice: price,
        closeAt: null,
        closePrice: null,
        profit: null,
        fee: (fee * left) / size,
      });
    }
  }
  return [...closed, ...[...lots.values()].flat()];
}

function partOf(lot: Trip, quantity: number): Trip {
  return { ...lot, quantity, fee: (lot.fee * quantity) / lot.quantity };
}

function closedTrip(lot: Trip, quantity: number, at: string, price: number, fee: number): Trip {
  const part = partOf(lot, quantity);
  const gross = lot.side * quantity * (price - lot.openPrice);
  return { ...part, closeAt: at, closePrice: price, profit: gross - part.fee - fee };
}

function numbersOf(fill: Fill): { quantity: number; price: number; fee: number } {
  return { quantity: Number(fill.quantity), price: Number(fill.price), fee: Number(fill.fee) };
}
