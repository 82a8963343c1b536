"use client";

import { Pause, Play, Square } from "lucide-react";
import { memo, useCallback, useState } from "react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { useCommand } from "@/api/hooks";
import { command, useFeed } from "@/api/live";
import type { Problem } from "@/api/problem";
import type { RunState } from "@/api/types";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/dialog";
import { Notice } from "@/ui/notice";
import { controlsOf } from "./states";

export type Act = "sessions-pause" | "sessions-resume" | "sessions-stop";

/** Pause, resume and stop of one session, sent over the socket. */
export const SessionControls = memo(function SessionControls({ feed }: { feed: SessionFeed }) {
  const state = useFeed(feed, ({ run }) => run?.state ?? "finished");
  const [last, setLast] = useState<Act | null>(null);
  const act = useCallback(
    async (query: Act) => {
      setLast(query);
      feed.take(await command(query, { id: feed.id }));
    },
    [feed],
  );
  const { run, busy, problem } = useCommand(act);
  return (
    <ControlButtons
      state={state}
      onAct={(query) => run(query)}
      busy={busy ? last : null}
      problem={problem}
    />
  );
});

interface ControlButtonsProps {
  state: RunState;
  onAct: (act: Act) => Promise<unknown>;
  /** What is under way. */
  busy: Act | null;
  problem: Problem | null;
}

const stopText =
  "The session ends for good: an answer under way is cut, no waiting order fills, and its account stays as it is. Nothing is deleted.";

export function ControlButtons({ state, onAct, busy, problem }: ControlButtonsProps) {
  const [isAsking, setAsking] = useState(false);
  const can = controlsOf(state);
  if (!can.stop && problem === null) return null;
  const stop = async () => {
    await onAct("sessions-stop");
    setAsking(false);
  };
  return (
    <div className="flex max-w-md min-w-0 flex-col gap-1 sm:items-end">
      <div className="flex flex-wrap gap-2">
        {can.pause && (
          <Button
            icon={Pause}
            busy={busy === "sessions-pause"}
            disabled={busy !== null}
            onClick={() => void onAct("sessions-pause")}
          >
            Pause
          </Button>
        )}
        {can.resume && (
          <Button
            variant="primary"
            icon={Play}
            busy={busy === "sessions-resume"}
            disabled={busy !== null}
            onClick={() => void onAct("sessions-resume")}
          >
            Resume
          </Button>
        )}
        {can.stop && (
          <ConfirmDialog
            open={isAsking}
            onOpenChange={setAsking}
            trigger={
              <Button variant="danger" icon={Square} disabled={busy !== null}>
                Stop
              </Button>
            }
            title="Stop this session?"
            consequence={stopText}
            confirmLabel="Stop the session"
            onConfirm={() => void stop()}
            danger
            busy={busy === "sessions-stop"}
            problem={busy === null ? problem : null}
          />
        )}
      </div>
      <p className="text-muted text-xs sm:text-right">
        {can.pause && "Pause keeps everything, and an answer under way is read to its end. "}
        {can.resume && "Resume goes on with the next tool call. "}
        {can.stop && "Stop ends the session for good."}
      </p>
      {problem && !isAsking && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
    </div>
  );
}
