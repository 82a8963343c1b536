"use client";

import { QueryClient, useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import type { Loadable } from "@/api/loadable";
import { problemOf, type Problem } from "@/api/problem";
import { get, type Answer, type Asked, type PathOf } from "@/api/rest";

const STALE_MS = 2_000;

/** The cache of all that was read over REST. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: STALE_MS,
      retry: (count, error) => count < 2 && problemOf(error).isPassing,
      refetchOnWindowFocus: true,
      networkMode: "always",
    },
  },
});

export interface Reading {
  /** Read again this often; nothing is read while the page is hidden. */
  everyMs?: number;
  /** False: do not read yet. */
  enabled?: boolean;
}

/** Read something over REST, and again whenever `refresh` names its path. */
export function useGet<P extends PathOf<"get">>(
  path: P,
  asked: Pick<Asked<"get", P>, "query" | "path"> = {},
  { everyMs, enabled = true }: Reading = {},
): Loadable<Answer<"get", P>> {
  const query = useQuery({
    queryKey: [path, asked],
    queryFn: ({ signal }) => get(path, { ...asked, signal }),
    refetchInterval: everyMs ?? false,
    enabled,
  });
  const retry = () => void query.refetch();
  if (query.data !== undefined) {
    return { status: "ready", value: query.data, at: query.dataUpdatedAt, stale: query.isError };
  }
  if (query.error !== null) return { status: "failed", problem: problemOf(query.error), retry };
  return { status: "loading" };
}

/** Let everything that was read from paths beginning with these be read again. */
export async function refresh(...paths: string[]): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      typeof path === "string" && paths.some((prefix) => path.startsWith(prefix)),
  });
}

export interface Command<Args extends unknown[], Result> {
  /** Returns the answer, or undefined where `problem` says why there is none. */
  run: (...args: Args) => Promise<Result | undefined>;
  busy: boolean;
  problem: Problem | null;
  reset: () => void;
}

/** Something that a person does: at most one at a time, with its trouble kept to be shown. */
export function useCommand<Args extends unknown[], Result>(
  act: (...args: Args) => Promise<Result>,
): Command<Args, Result> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const run = useCallback(
    async (...args: Args) => {
      if (running.current) return undefined;
      running.current = true;
      setBusy(true);
      setProblem(null);
      try {
        return await act(...args);
      } catch (error) {
        setProblem(problemOf(error));
        return undefined;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [act],
  );
  const reset = useCallback(() => setProblem(null), []);
  return { run, busy, problem, reset };
}
