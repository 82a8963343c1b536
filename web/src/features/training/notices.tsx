"use client";

import type { TrainingFeed } from "@/api/feeds/training-feed";
import { useGet } from "@/api/hooks";
import { useConnection, useFeed } from "@/api/live";
import type { RunState } from "@/api/types";
import { Notice, type NoticeTone } from "@/ui/notice";
import { Age } from "@/ui/time";
import { isActive } from "./states";
import { useRun } from "./use-run";

/** Whether what is shown may be out of date, because the connection of a training that goes on is lost. */
export function useIsStale(feed: TrainingFeed): boolean {
  const { state } = useConnection();
  const active = useRun(feed, (run) => isActive(run.state));
  return state === "lost" && active;
}

interface Told {
  tone: NoticeTone;
  title: string;
  text: string;
}

const told: Record<Exclude<RunState, "queued">, Told> = {
  loading: {
    tone: "info",
    title: "Loading",
    text: "Its bars are read and its process starts. This takes some seconds.",
  },
  running: {
    tone: "info",
    title: "Running",
    text: "It goes on while you are away from this page.",
  },
  paused: {
    tone: "warn",
    title: "Paused",
    text: "No step is run, and the numbers stand still until you resume.",
  },
  recovering: {
    tone: "warn",
    title: "Recovering",
    text: "Its process was lost. It goes on by itself from its last checkpoint.",
  },
  finished: {
    tone: "good",
    title: "Finished",
    text: "It has ended by itself. The best weights are kept with the bot.",
  },
  stopped: {
    tone: "info",
    title: "Stopped",
    text: "It was ended for good. The best weights and the history stay.",
  },
  failed: { tone: "danger", title: "Failed", text: "The event log says what went wrong." },
};

/** What the state means that a training is in; always there, so that nothing moves when it changes. */
export function Notices({ feed }: { feed: TrainingFeed }) {
  const state = useRun(feed, (run) => run.state);
  const reason = useRun(feed, (run) => run.reason);
  const isStale = useIsStale(feed);
  const note = useRun(feed, (run) => run.note);
  const unreadable = useFeed(feed, ({ phase, problem }) => (phase === "gone" ? problem : null));
  if (isStale) return <Lost feed={feed} />;
  if (unreadable)
    return (
      <Notice tone="danger" title="It cannot be followed" live>
        {unreadable.msg}
      </Notice>
    );
  if (state === "queued") return <Queued id={feed.id} reason={reason} />;
  const { tone, title, text } = told[state];
  return (
    <Notice tone={tone} title={title} live>
      {reasonText(reason)}
      {text}
      {note && ` ${note}.`}
    </Notice>
  );
}

function reasonText(reason: string | null): string {
  if (reason === null) return "";
  return /[.!?]$/.test(reason) ? `${reason} ` : `${reason}. `;
}

function Lost({ feed }: { feed: TrainingFeed }) {
  const { since } = useConnection();
  const heardAt = useFeed(feed, (each) => each.heardAt);
  return (
    <Notice tone="warn" title="Lost, trying again">
      What is shown is from <Age at={heardAt ?? since} />. The training itself goes on.
    </Notice>
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
      {reasonText(reason)}
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
