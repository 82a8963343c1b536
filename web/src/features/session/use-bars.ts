import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { useGet } from "@/api/hooks";
import { get } from "@/api/rest";
import type { Schema, Session } from "@/api/types";
import type { Prices } from "./moment";

type Range = Pick<Session, "period" | "start" | "end" | "created_at">;

const DAY_MS = 86_400_000;
const BEFORE_LIVE_DAYS = 30;
const LIVE_EVERY_MS = 60_000;

/** Return what to ask for the bars of one symbol over a session; a live one begins a month before. */
export function barsAsked(symbol: string, { period, start, end, created_at }: Range) {
  const from = start ?? dayOf(Date.parse(created_at) - BEFORE_LIVE_DAYS * DAY_MS);
  const to = end === null ? undefined : `${dayOf(Date.parse(end) + DAY_MS)}T00:00:00Z`;
  return { query: { symbol, period, from: `${from}T00:00:00Z`, to } };
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function useBars(symbol: string, range: Range) {
  const everyMs = range.end === null ? LIVE_EVERY_MS : undefined;
  return useGet("/api/bars", barsAsked(symbol, range), { everyMs });
}

/** Prices of several symbols, as far as they have been read. */
export function usePrices(
  symbols: readonly string[],
  range: Range,
  enabled: boolean,
): ReadonlyMap<string, Prices> {
  const read = useQueries({
    queries: symbols.map((symbol) => {
      const asked = barsAsked(symbol, range);
      return {
        queryKey: ["/api/bars", asked],
        queryFn: () => get("/api/bars", asked),
        enabled,
        staleTime: Infinity,
      };
    }),
    combine: dataOf,
  });
  return useMemo(
    () =>
      new Map(read.flatMap((bars) => (bars === undefined ? [] : [[bars.symbol, pricesOf(bars)]]))),
    [read],
  );
}

function dataOf<Data>(results: readonly { data: Data }[]): Data[] {
  return results.map(({ data }) => data);
}

function pricesOf(bars: Schema<"BarsMessage">): Prices {
  return { times: bars.date_range.map((time) => Date.parse(time)), closes: bars.closes };
}
