"use client";

import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/rest";
import type { ShownRun } from "./shown-run";

const POINTS = 120;

/** The equity of a run that has ended, thinned to what a sparkline shows; null until it is known. */
export function useEquity(run: ShownRun | null): number[] | null {
  const { data } = useQuery({
    queryKey: ["home/equity", run?.kind, run?.id],
    queryFn: async ({ signal }) => (run === null ? [] : thinned(await equities(run, signal))),
    enabled: run !== null,
    staleTime: Infinity,
  });
  return data ?? null;
}

async function equities({ kind, id }: ShownRun, signal: AbortSignal): Promise<number[]> {
  const answer =
    kind === "training"
      ? await get("/api/trainings/{training_id}/performance", { path: { training_id: id }, signal })
      : await get("/api/sessions/{session_id}/performance", { path: { session_id: id }, signal });
  return answer.equities;
}

/** Keep about 120 of the values, the first and the last among them. */
export function thinned(values: readonly number[]): number[] {
  const step = Math.max(1, (values.length - 1) / (POINTS - 1));
  const count = Math.min(values.length, POINTS);
  return Array.from({ length: count }, (_, index) => values[Math.round(index * step)] ?? 0);
}
