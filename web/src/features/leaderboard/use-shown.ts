"use client";

import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { problemOf } from "@/api/problem";
import { get } from "@/api/rest";
import type { Score } from "./board";
import type { ShownAccount } from "./curves";

const FRESH_MS = 60_000;

export interface Shown {
  accounts: readonly ShownAccount[];
  isLoading: boolean;
  /** Those that cannot be read, each with why. */
  missing: readonly { topic: string; msg: string }[];
}

/** The accounts of these lines over time. */
export function useShown(topics: readonly string[], scores: readonly Score[]): Shown {
  const { read, isLoading } = useQueries({
    queries: topics.map((topic) => ({
      queryKey: ["/api/leaderboard/performance", topic],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get("/api/leaderboard/performance", { query: { topic }, signal }),
      staleTime: FRESH_MS,
      networkMode: "always" as const,
    })),
    combine: (results) => ({
      read: results.map(({ data, error }) => ({ data, error })),
      isLoading: results.some((result) => result.isLoading),
    }),
  });
  return useMemo(() => {
    const accounts = read.flatMap(({ data }) => {
      if (data === undefined) return [];
      const score = scores.find(({ topic }) => topic === data.topic);
      const { topic } = data;
      return [{ score: score ?? { topic, name: topic, symbols: [] }, performance: data }];
    });
    const missing = read.flatMap(({ data, error }, index) =>
      data === undefined && error
        ? [{ topic: topics[index] ?? "", msg: problemOf(error).msg }]
        : [],
    );
    return { accounts, isLoading, missing };
  }, [read, isLoading, topics, scores]);
}
