"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Loadable } from "@/api/loadable";
import { problemOf } from "@/api/problem";
import { get } from "@/api/rest";
import type { Schema, Session, Training } from "@/api/types";
import { readNewest } from "@/features/training/evaluation-trades";
import { historyOf } from "@/features/training/hooks";
import { roundTrips, type AccountFill, type RoundTrip, type StockSplit } from "@/lib/round-trips";
import { evaluationTrips, type Performance } from "./account";

const PAGE = 1_000;

export type Run = { kind: "training"; run: Training } | { kind: "session"; run: Session };

/** The trades of the account, read again only when its figures have changed. */
export function useTrips(
  run: Run,
  { topic, summary }: Performance,
): Loadable<readonly RoundTrip[]> {
  const { trades, profit, bars } = summary;
  const query = useQuery<readonly RoundTrip[]>({
    queryKey: ["analytics-trades", topic, trades, profit, bars],
    queryFn: ({ signal }) =>
      run.kind === "training" ? ofTraining(run.run) : ofSession(run.run, signal),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    networkMode: "always",
  });
  if (query.data !== undefined) {
    return { status: "ready", value: query.data, at: query.dataUpdatedAt };
  }
  if (query.error === null) return { status: "loading" };
  const retry = () => void query.refetch();
  return { status: "failed", problem: problemOf(query.error), retry };
}

async function ofTraining(training: Training): Promise<readonly RoundTrip[]> {
  const { id, symbol, cursor, out_of_sample: told } = training;
  if (!told?.trades) return []; // what was traded is of an evaluation that was the best one before
  const [load, trades] = await Promise.all([
    get("/api/trainings/{training_id}/load", { path: { training_id: id } }),
    readNewest("out_of_sample", cursor, historyOf(id).trades),
  ]);
  return evaluationTrips(trades, load.date_range, symbol);
}

async function ofSession({ id }: Session, signal: AbortSignal): Promise<readonly RoundTrip[]> {
  const [fills, splits] = await Promise.all([fillsOf(id, signal), splitsOf(id, signal)]);
  return roundTrips(fills, splits);
}

async function fillsOf(id: number, signal: AbortSignal): Promise<AccountFill[]> {
  const fills: AccountFill[] = [];
  for (let after: number | null = 0; after !== null;) {
    const path = { session_id: id };
    const query: { after: number; limit: number } = { after, limit: PAGE };
    const page: Schema<"FillsMessage"> = await get("/api/sessions/{session_id}/fills", {
      path,
      query,
      signal,
    });
    fills.push(...page.fills);
    after = page.next;
  }
  return fills;
}

async function splitsOf(id: number, signal: AbortSignal): Promise<StockSplit[]> {
  const path = { session_id: id };
  const query = { kind: ["split"], limit: PAGE };
  const { entries } = await get("/api/sessions/{session_id}/journal", { path, query, signal });
  return entries.map(({ data }) => ({
    symbol: String(data.symbol),
    at: String(data.at),
    ratio: String(data.ratio),
  }));
}
