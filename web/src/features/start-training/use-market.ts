"use client";

import { useEffect, useState } from "react";
import { useGet } from "@/api/hooks";
import type { Loadable } from "@/api/loadable";
import type { Schema } from "@/api/types";
import type { Texts } from "@/features/bots/bot-form";
import {
  chosenPeriod,
  chosenSource,
  knownOf,
  periodChoices,
  type FoundSymbol,
  type PeriodChoice,
} from "@/features/start-training/symbols";
import { fault, parameter } from "@/lib/parameters";

export type Bars = Schema<"BarsMessage">;

export interface Market {
  /** Whether it is read what the sources have. */
  isRead: boolean;
  known: readonly FoundSymbol[];
  periods: readonly PeriodChoice[];
  period: string;
  source: string;
  bars: Loadable<Bars>;
}

const PAUSE_MS = 400;
/** A symbol that no source lists may be half a word: only after this is it asked of all of them. */
const LONG_PAUSE_MS = 2_000;
const LOADING = { status: "loading" } as const;

/** What the sources have for what was typed: read once the typing rests. */
export function useMarket(texts: Texts): Market {
  const typed = (texts.symbol ?? "").trim();
  const symbol = useSettled(typed, PAUSE_MS);
  const rested = useSettled(typed, LONG_PAUSE_MS);
  const isReadable = symbol !== "" && fault(parameter("TrainingsStart", "symbol"), symbol) === null;
  const found = useGet("/api/symbols", { query: { q: symbol } }, { enabled: isReadable });
  const isSettled = symbol === typed;
  const known = isSettled && found.status === "ready" ? knownOf(found.value.symbols, symbol) : [];
  const wanted = texts.source ?? "";
  const periods = periodChoices(known, wanted);
  const period = chosenPeriod(periods, texts.period ?? "");
  const source = chosenSource(known, wanted, period);
  const asked = { symbol, period, ...(source !== "" && { source: source as "sample" }) };
  const bars = useGet(
    "/api/bars",
    { query: asked },
    {
      enabled: isReadable && found.status !== "loading" && (known.length > 0 || rested === symbol),
    },
  );
  const isRead = !isReadable || found.status !== "loading";
  return { isRead, known, periods, period, source, bars: isSettled ? bars : LOADING };
}

/** The value once it has not changed for a while. */
export function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
