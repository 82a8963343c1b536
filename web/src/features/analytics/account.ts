import type { Schema } from "@/api/types";
import type { RoundTrip } from "@/lib/round-trips";

export type Performance = Schema<"PerformanceMessage">;
type EvaluationTrade = Pick<
  Schema<"TradeMessage">,
  "open_at" | "open_price" | "close_at" | "close_price" | "side" | "profit" | "amount"
>;

export interface Account {
  /** Seconds since 1970, from the starting balance on. */
  x: number[];
  times: string[];
  equity: number[];
  exposure: number[];
  /** Null: there is none. */
  benchmark: (number | null)[] | null;
  balance: number;
}

/** The account from its balance on, which has the time of the first mark where it had traded before it. */
export function accountOf({
  times,
  equities,
  exposures,
  benchmark,
  summary,
}: Performance): Account {
  const balance = (equities.at(-1) ?? 0) - summary.profit;
  const first = equities[0] ?? balance;
  const isWhole = Math.abs(first - balance) <= Math.abs(balance) * 1e-9;
  const before = <T>(values: readonly T[], value: T) =>
    isWhole ? [...values] : [value, ...values];
  const stamps = before(times, times[0] ?? "");
  return {
    x: stamps.map((time) => Date.parse(time) / 1_000),
    times: stamps,
    equity: before(equities, balance),
    exposure: before(exposures, 0),
    benchmark: benchmark === null ? null : before(benchmark, balance),
    balance,
  };
}

/** The closed trades of an evaluation; `times` are those of the training's bars. */
export function evaluationTrips(
  trades: readonly EvaluationTrade[],
  times: readonly string[],
  symbol: string,
): RoundTrip[] {
  return trades.flatMap((trade): RoundTrip[] => {
    const { close_at: closeAt, close_price: closePrice, side, amount, profit } = trade;
    if (closeAt === null || closePrice === null) return [];
    const quantity = Math.abs(amount);
    return [
      {
        symbol,
        side,
        quantity,
        openedAt: times[trade.open_at] ?? "",
        openedPrice: trade.open_price,
        closedAt: times[closeAt] ?? "",
        closedPrice: closePrice,
        fees: side * (closePrice - trade.open_price) * quantity - profit,
        profit,
      },
    ];
  });
}

export interface SymbolResult {
  symbol: string;
  profit: number;
  trades: number;
  /** Share of the trades with a profit, 0 to 1. */
  winRate: number;
  best: number;
  worst: number;
}

/** What each symbol brought, the most first. */
export function bySymbol(trips: readonly RoundTrip[]): SymbolResult[] {
  const groups = Map.groupBy(trips, ({ symbol }) => symbol);
  const results = [...groups].map(([symbol, own]) => {
    const profits = own.map(({ profit }) => profit);
    return {
      symbol,
      profit: profits.reduce((sum, profit) => sum + profit, 0),
      trades: own.length,
      winRate: profits.filter((profit) => profit > 0).length / own.length,
      best: profits.reduce((a, b) => Math.max(a, b)),
      worst: profits.reduce((a, b) => Math.min(a, b)),
    };
  });
  return results.sort((one, other) => other.profit - one.profit);
}

/** `training/7` and `session/4` as their kind and number; null: no such thing. */
export function topicOf(word: string): { kind: "training" | "session"; id: number } | null {
  const found = /^(training|session)\/([1-9]\d{0,9})$/.exec(word);
  if (!found) return null;
  return { kind: found[1] as "training" | "session", id: Number(found[2]) };
}
