"use client";

import { useEffect, useMemo, useState } from "react";
import { refresh, useGet } from "@/api/hooks";
import { connection } from "@/api/live";
import { mapped, type Loadable } from "@/api/loadable";
import { parseEvent } from "@/api/schema";
import type { Session, SessionStatus, Training, TrainingStatus } from "@/api/types";
import { isActive, shownSession, shownTraining, type ShownRun } from "./shown-run";

const LISTED = 40;
const LIST_MS = 4_000;
const LIVE_HZ = 1;

export type Listed = { kind: "training"; run: Training } | { kind: "session"; run: Session };

/** My newest trainings and sessions, read again every few seconds. */
export function useRuns(): Loadable<Listed[]> {
  const query = { limit: LISTED };
  const trainings = useGet("/api/trainings", { query }, { everyMs: LIST_MS });
  const sessions = useGet("/api/sessions", { query }, { everyMs: LIST_MS });
  return useMemo(() => joined(trainings, sessions), [trainings, sessions]);
}

function joined(
  trainings: Loadable<{ trainings: Training[] }>,
  sessions: Loadable<{ sessions: Session[] }>,
): Loadable<Listed[]> {
  if (trainings.status !== "ready") return mapped(trainings, () => []);
  return mapped(sessions, ({ sessions: found }) => [
    ...trainings.value.trainings.map((run) => ({ kind: "training" as const, run })),
    ...found.map((run) => ({ kind: "session" as const, run })),
  ]);
}

export function shown(listed: Listed): ShownRun {
  return listed.kind === "training" ? shownTraining(listed.run) : shownSession(listed.run);
}

/** Read again what a change of a run shows in. */
export function refreshRuns(): Promise<void> {
  return refresh("/api/trainings", "/api/sessions", "/api/bots", "/api/models");
}

/** Follow a run once a second while it is active and `enabled`; else it is what the list says. */
export function useLive(listed: Listed, enabled: boolean): ShownRun {
  const { kind, run } = listed;
  const { id, cursor: from } = run;
  const [status, setStatus] = useState<TrainingStatus | SessionStatus | null>(null);
  const isFollowed = enabled && isActive(run);
  useEffect(() => {
    if (!isFollowed) return;
    let cursor = from;
    return connection.follow({
      topic: kind === "training" ? "trainings" : "sessions",
      runId: id,
      rateHz: LIVE_HZ,
      cursor: () => cursor,
      onFrame: ({ seq, inner_task: task, data }) => {
        if (typeof seq === "number") cursor = Math.max(cursor, seq);
        if (task === "state") void refreshRuns();
        if (task !== "status") return;
        try {
          setStatus(parseEvent(kind, task, data) as TrainingStatus | SessionStatus);
        } catch {
          // what cannot be read is left out: the list is read again anyway
        }
      },
      onEnd: () => void refreshRuns(),
    });
    // where the stream begins is looked at once: what comes later, the stream brings
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [kind, id, isFollowed]);
  return useMemo(
    () =>
      shown(
        status !== null && isFollowed && status.cursor >= from ? newer(listed, status) : listed,
      ),
    [listed, status, isFollowed, from],
  );
}

function newer(listed: Listed, status: TrainingStatus | SessionStatus): Listed {
  return { ...listed, run: { ...listed.run, ...status } } as Listed;
}
