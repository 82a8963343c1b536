import { formatMoney, formatNumber, formatPercent, formatPrice, formatTime } from "@/lib/format";
import type { Zone } from "@/lib/format";
import type { Trade } from "../types";

/** What is said about a trade under the pointer, and to those who go through them by keyboard. */
export interface TradeFacts {
  title: string;
  entry: string;
  exit: string;
  amount: string;
  profit: string;
  share: string;
  held: string;
  won: boolean;
}

export interface TradeContext {
  times: readonly number[];
  /** The bar at which an open trade ends for now. */
  day: number;
  zone: Zone;
  digits: number;
}

export function tradeFacts(trade: Trade, { times, day, zone, digits }: TradeContext): TradeFacts {
  const at = (price: number | null, bar: number) =>
    `${formatPrice(price, { digits })} at ${formatTime((times[bar] ?? NaN) * 1000, zone)}`;
  const bars = (trade.closeAt ?? Math.max(day, trade.openAt)) - trade.openAt;
  const open = trade.closeAt === null;
  return {
    title: `${trade.side === 1 ? "Long" : "Short"}${open ? ", still open" : ""}`,
    entry: at(trade.openPrice, trade.openAt),
    exit: trade.closeAt === null ? "none yet" : at(trade.closePrice, trade.closeAt),
    amount: formatNumber(trade.amount),
    profit: formatMoney(trade.profit, { sign: true }),
    share: formatPercent(trade.profit / trade.openAmount, { sign: true }),
    held: `${formatNumber(bars)} ${bars === 1 ? "bar" : "bars"}`,
    won: trade.profit >= 0,
  };
}

export function tradeSentence(facts: TradeFacts, place: number, count: number): string {
  return (
    `Trade ${place} of ${count}: ${facts.title}. Entry ${facts.entry}, exit ${facts.exit}. ` +
    `Amount ${facts.amount}. Profit ${facts.profit}, ${facts.share}. Held ${facts.held}.`
  );
}
