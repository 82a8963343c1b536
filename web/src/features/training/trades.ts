import type { Trade } from "@/charts/types";
import type { Schema } from "@/api/types";

type TradeFields = Schema<"TradeFields">;

export function chartTrade(trade: TradeFields): Trade {
  return {
    openAt: trade.open_at,
    openPrice: trade.open_price,
    openAmount: trade.open_amount,
    closeAt: trade.close_at,
    closePrice: trade.close_price,
    closeAmount: trade.close_amount,
    side: trade.side,
    profit: trade.profit,
    amount: trade.amount,
  };
}

/** The trade that is still open, which is what is held now. */
export function openTrade(trades: readonly TradeFields[]): TradeFields | null {
  return trades.findLast(({ close_at }) => close_at === null) ?? null;
}

const decisions = ["Hold", "Close", "Bull", "Bear"] as const;
const meanings = [
  "keeps what is held",
  "ends the position",
  "goes or stays long",
  "goes or stays short",
] as const;

/** What a decision is called, and what it does. */
export function decisionWords(decision: 0 | 1 | 2 | 3): { name: string; meaning: string } {
  return { name: decisions[decision], meaning: meanings[decision] };
}
