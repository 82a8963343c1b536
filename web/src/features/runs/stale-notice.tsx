"use client";

import type { RunEvent } from "@/api/feeds/event-list";
import type { RunFeed, RunMessage } from "@/api/feeds/run-feed";
import { useConnection, useFeed } from "@/api/live";
import { isActive } from "@/features/training/states";
import { Notice } from "@/ui/notice";
import { Age } from "@/ui/time";

/** Says that what is shown is old, where the connection is lost or what came could not be read. */
export function StaleNotice<Run extends RunMessage, Status, Event extends RunEvent>({
  feed,
}: {
  feed: RunFeed<Run, Status, Event>;
}) {
  const { state: connection, since } = useConnection();
  const state = useFeed(feed, ({ run }) => run?.state ?? "finished");
  const problem = useFeed(feed, (each) => each.problem);
  if (problem !== null) return <Notice tone="warn">{problem.msg}</Notice>;
  if (connection !== "lost" || !isActive(state)) return null;
  return (
    <Notice tone="warn" title="What you see is not up to date">
      The connection was lost <Age at={since} />. It may have gone on; the page follows it again by
      itself, and misses nothing.
    </Notice>
  );
}
