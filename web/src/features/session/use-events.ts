import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { SessionEvent, SessionFeed } from "@/api/feeds/session-feed";
import { useFeed } from "@/api/live";
import type { Problem } from "@/api/problem";
import { get } from "@/api/rest";
import { ReplayWindow } from "./replay-window";
import { countUntil } from "./timeline";

export interface ShownEvents {
  status: "reading" | "ready" | "failed";
  events: readonly SessionEvent[];
  hasEarlier: boolean;
  loadEarlier: () => Promise<void>;
  problem: Problem | null;
  retry: () => void;
}

/** Many rows at once are drawn more calmly than each by itself. */
const EVERY_MS = 120;
const NONE: readonly SessionEvent[] = [];

/** The events up to a decision, or all: from the feed, or read around it where they lie further back. */
export function useEvents(feed: SessionFeed, at: number | null): ShownEvents {
  const kept = useSyncExternalStore(
    useMemo(() => seldom(feed.subscribe, EVERY_MS), [feed]),
    () => feed.events.all,
    () => NONE,
  );
  const isAwaited = useFeed(feed, ({ events, run }) => !events.all.length && !!run?.cursor);
  const first = useMemo(() => firstStep(kept), [kept]);
  const isFurtherBack = at !== null && first !== null && at < first && feed.events.hasEarlier;
  const window = useMemo(() => new ReplayWindow(reader(feed.id), () => feed.events.cursor), [feed]);
  const read = useSyncExternalStore(
    window.subscribe,
    () => window.events,
    () => NONE,
  );
  const problem = useSyncExternalStore(
    window.subscribe,
    () => window.problem,
    () => null,
  );

  useEffect(() => {
    if (isFurtherBack) void window.show(at);
  }, [window, isFurtherBack, at]);

  const covered = isFurtherBack && window.covers(at);
  const source = isFurtherBack ? read : kept;
  const events = useMemo(
    () => (at === null ? source : source.slice(0, countUntil(source, at))),
    [source, at],
  );
  const isReading = isFurtherBack ? !covered : isAwaited;
  return {
    status: !isReading ? "ready" : isFurtherBack && problem !== null ? "failed" : "reading",
    events,
    hasEarlier: isFurtherBack ? window.hasEarlier : feed.events.hasEarlier,
    loadEarlier: () => (isFurtherBack ? window.loadEarlier() : feed.loadEarlier()),
    problem,
    retry: () => at !== null && void window.show(at),
  };
}

/** Tell a listener of changes at most this often. */
export function seldom(
  subscribe: (listener: () => void) => () => void,
  everyMs: number,
): (listener: () => void) => () => void {
  return (listener) => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const tell = () => {
      timer = null;
      listener();
    };
    const leave = subscribe(() => {
      timer ??= setTimeout(tell, everyMs);
    });
    return () => {
      leave();
      if (timer !== null) clearTimeout(timer);
    };
  };
}

function firstStep(events: readonly SessionEvent[]): number | null {
  for (const event of events) if (event.kind === "step") return event.data.step;
  return null;
}

function reader(id: number) {
  const path = { session_id: id };
  return async (after: number, limit: number): Promise<readonly SessionEvent[]> => {
    const query = { after, limit };
    const { events } = await get("/api/sessions/{session_id}/events", { path, query });
    return events.map(({ seq, kind, data }) => ({ seq, kind, data }) as unknown as SessionEvent);
  };
}
