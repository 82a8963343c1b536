"use client";

import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { TrainingFeed } from "@/api/feeds/training-feed";
import { get } from "@/api/rest";
import type { Part } from "./parts";
import { TrainingHistory } from "./training-history";

type Subscribe = (listener: () => void) => () => void;

const PAGE = 1_000;

/** Read a part of what changes often, and render again at most once in so many milliseconds. */
export function useSlowly<Source extends { subscribe: Subscribe }, Value>(
  source: Source,
  select: (source: Source) => Value,
  everyMs: number,
): Value {
  const subscribe = useMemo(() => slowly(source.subscribe, everyMs), [source, everyMs]);
  return useSyncExternalStore(
    subscribe,
    () => select(source),
    () => select(source),
  );
}

/** Pass on that something has changed, but at most once in so many milliseconds. */
export function slowly(subscribe: Subscribe, everyMs: number): Subscribe {
  return (listener) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        listener();
      }, everyMs);
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  };
}

/** Keep the history of a training for as long as the component is there. */
export function useHistory(feed: TrainingFeed): TrainingHistory {
  const history = useMemo(() => new TrainingHistory(feed, historyOf(feed.id)), [feed]);
  useEffect(() => history.start(), [history]);
  return history;
}

export function historyOf(id: number) {
  const path = { training_id: id };
  return {
    episodes: (after: number) =>
      get("/api/trainings/{training_id}/episodes", { path, query: { after, limit: PAGE } }),
    trades: (part: Part, after: number) =>
      get("/api/trainings/{training_id}/trades", { path, query: { part, after, limit: PAGE } }),
  };
}
