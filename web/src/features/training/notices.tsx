"use client";

import type { TrainingFeed } from "@/api/feeds/training-feed";
import { useGet } from "@/api/hooks";
import { useConnection, useFeed } from "@/api/live";
import { Notice } from "@/ui/notice";
import { Age } from "@/ui/time";
import { isActive } from "./states";
import { useRun } from "./use-run";

/** Whether what is shown may be out of date, because the connection of a training that goes on is lost. */
export function useIsStale(feed: TrainingFeed): boolean {
  const { state } = useConnection();
  const active = useRun(feed, (run) => isActive(run.state));
  return state === "lost" && active;
}

/** What needs to be known of the state that a training is in. */
export function Notices({ feed }: { feed: TrainingFeed }) {
  const state = useRun(feed, (run) => run.state);
  const reason = useRun(feed, (run) => run.reason);
  const { since } = useConnection();
  const isStale = useIsStale(feed);
  const heardAt = useFeed(feed, (each) => (isStale ? each.heardAt : null));
  const unreadable = useFeed(feed, (each) => each.problem);
  return (
    <>
      {isStale && (
        <Notice tone="warn" title="Lost, trying again" live>
          What is shown is from <Age at={heardAt ?? since} />. The training itself goes on.
        </Notice>
      )}
      {!isStale && unreadable && <Notice tone="warn">{unreadable.msg}</Notice>}
      {state === "paused" && (
        <Notice tone="warn" title="Paused" live>
          {reason ? `${reason}. ` : ""}No step is run, and the numbers stand still until you resume.
        </Notice>
      )}
      {state === "queued" && <Queued id={feed.id} reason={reason} />}
      {state === "loading" && (
        <Notice title="Loading" live>
          Its bars are read and its process starts. This takes some seconds.
        </Notice>
      )}
      {state === "recovering" && (
        <Notice tone="warn" title="Recovering" live>
          {reason ? `${reason}. ` : ""}Its process was lost. It goes on by itself from its last
          checkpoint, as if nothing had happened.
        </Notice>
      )}
      {state === "failed" && (
        <Notice tone="danger" title="Failed" live>
          {reason ?? "The log says what went wrong."}
        </Notice>
      )}
      {(state === "finished" || state === "stopped") && reason && <Notice>{reason}</Notice>}
    </>
  );
}

function Queued({ id, reason }: { id: number; reason: string | null }) {
  const queued = useGet(
    "/api/trainings",
    { query: { state: ["queued"], limit: 1_000 } },
    { everyMs: 5_000 },
  );
  const before =
    queued.status === "ready" ? queued.value.trainings.filter((each) => each.id < id).length : null;
  return (
    <Notice title="It waits for a free place" live>
      {reason ? `${reason}. ` : ""}
      {queuedText(before)}
    </Notice>
  );
}

/** The queue holds other people's trainings, too: only one's own can be counted. */
export function queuedText(before: number | null): string {
  if (before === null || before === 0) return "It begins by itself as soon as there is one.";
  return before === 1
    ? "One of your own trainings is before it. It begins by itself."
    : `${before} of your own trainings are before it. It begins by itself.`;
}
