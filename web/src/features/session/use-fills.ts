import { useCallback, useEffect, useState } from "react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { useFeed } from "@/api/live";
import { problemOf, type Problem } from "@/api/problem";
import { get } from "@/api/rest";
import type { Fill } from "./account";

const PAGE = 1_000;
const PAUSE_MS = 1_000;

export interface Fills {
  fills: readonly Fill[];
  isWhole: boolean;
  problem: Problem | null;
  retry: () => void;
}

/** All executions of a session to the digit, and those that come, read at most once a second. */
export function useFills(feed: SessionFeed): Fills {
  const [fills, setFills] = useState<readonly Fill[]>([]);
  const [isWhole, setWhole] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [attempt, setAttempt] = useState(0);
  const after = fills.at(-1)?.seq ?? 0;
  const isBehind = useFeed(feed, ({ run }) => !isWhole || (run?.fills ?? 0) > fills.length);

  useEffect(() => {
    if (!isBehind) return;
    let isWanted = true;
    const read = async () => {
      try {
        const query = { after, limit: PAGE };
        const path = { session_id: feed.id };
        const page = await get("/api/sessions/{session_id}/fills", { path, query });
        if (!isWanted || typeof page === "string") return;
        setFills((before) => [...before, ...page.fills.filter(({ seq }) => seq > after)]);
        setWhole(page.next === null);
        setProblem(null);
        setAttempt((before) => before + 1); // what was told of may not be there yet
      } catch (error) {
        if (isWanted) setProblem(problemOf(error));
      }
    };
    const timer = setTimeout(() => void read(), isWhole ? PAUSE_MS : 0);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [feed, after, isBehind, isWhole, attempt]);

  const retry = useCallback(() => setAttempt((before) => before + 1), []);
  return { fills, isWhole, problem, retry };
}
