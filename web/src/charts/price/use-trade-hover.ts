import { useRef, useState } from "react";
import type { Zone } from "@/lib/format";
import type { Trade } from "../types";
import type { PriceView } from "./price-view";
import { tradeFacts, tradeSentence } from "./trade-text";
import type { TradeFacts } from "./trade-text";

interface Point {
  x: number;
  y: number;
}

export interface TradeHover {
  trade: Trade;
  facts: TradeFacts;
  at: Point;
  /** Width of the chart in which the tooltip has to find room. */
  width: number;
}

interface Shown {
  trades: readonly Trade[];
  day: number;
}

interface Options {
  view: React.RefObject<PriceView | null>;
  times: readonly number[];
  zone: Zone;
  onHover?: (trade: Trade | null) => void;
}

/** Which trade is pointed at, by pointer or keyboard, and what is said about it. */
export function useTradeHover({ view, times, zone, onHover }: Options) {
  const [hover, setHover] = useState<TradeHover | null>(null);
  const [said, setSaid] = useState("");
  const current = useRef<TradeHover | null>(null);

  const set = (next: TradeHover | null) => {
    if (next?.trade !== current.current?.trade) {
      view.current?.trades.highlight(next?.trade ?? null);
      onHover?.(next?.trade ?? null);
    }
    current.current = next;
    setHover(next);
  };

  const point = (trade: Trade | null, day: number, at?: Point) => {
    const segment = trade && view.current?.trades.segment(trade);
    if (!trade || !segment || !view.current) {
      if (current.current) set(null);
      return;
    }
    const place = at ?? { x: segment.x2, y: segment.y2 };
    const { digits, width } = view.current;
    const facts = tradeFacts(trade, { times, day, zone, digits });
    set({ trade, facts, at: place, width });
  };

  /** Keeps the same trade under the pointer when a new list of trades comes. */
  const refresh = ({ trades, day }: Shown) => {
    const before = current.current;
    if (!before) return;
    const now = trades.find((trade) => trade.openAt === before.trade.openAt);
    if (!now) set(null);
    else if (now.profit !== before.trade.profit || now.closeAt !== before.trade.closeAt) {
      point(now, day, before.at);
    }
  };

  const walk = (step: number, { trades, day }: Shown) => {
    if (trades.length === 0) return;
    const openAt = current.current?.trade.openAt;
    const from = trades.findIndex((trade) => trade.openAt === openAt);
    const start = from < 0 && step < 0 ? trades.length : from;
    const index = Math.min(trades.length - 1, Math.max(0, start + step));
    const trade = trades[index]!;
    view.current?.reveal(trade.openAt);
    requestAnimationFrame(() => {
      point(trade, day);
      if (current.current) setSaid(tradeSentence(current.current.facts, index + 1, trades.length));
    });
  };

  return { hover, said, point, refresh, walk };
}
