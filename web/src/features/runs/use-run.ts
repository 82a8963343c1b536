"use client";

import type { RunFeed, RunMessage } from "@/api/feeds/run-feed";
import type { RunEvent } from "@/api/feeds/event-list";
import { useFeed } from "@/api/live";
import type { Loadable } from "@/api/loadable";

/** The run that a feed follows, as everything is shown that is read from the server. */
export function useRun<Run extends RunMessage, Status, Event extends RunEvent>(
  feed: RunFeed<Run, Status, Event>,
): Loadable<Run> {
  const run = useFeed(feed, (each) => each.run);
  const phase = useFeed(feed, (each) => each.phase);
  const problem = useFeed(feed, (each) => each.problem);
  if (run !== null) return { status: "ready", value: run, at: feed.heardAt ?? 0 };
  if (problem === null) return { status: "loading" };
  return { status: "failed", problem, ...(phase === "gone" && { retry: () => void feed.open() }) };
}
