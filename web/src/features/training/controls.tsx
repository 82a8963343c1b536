"use client";

import { Pause, Play, RotateCcw, Square } from "lucide-react";
import { useCallback, useId, useState, type ReactNode } from "react";
import { useCommand } from "@/api/hooks";
import { command } from "@/api/live";
import type { RunState, Training } from "@/api/types";
import { Button, LinkButton } from "@/ui/button";
import { ConfirmDialog } from "@/ui/dialog";
import { Notice } from "@/ui/notice";
import { isActive } from "./states";

type Query = "trainings-pause" | "trainings-resume" | "trainings-stop";

interface ControlsProps {
  id: number;
  state: RunState;
  botName: string;
  onAnswer: (training: Training) => void;
}

const STOP = "Ends it for good. The best weights and the history stay.";

/** Pause, resume and stop: each says what it does, and each answers when it has taken effect. */
export function Controls({ id, state, botName, onAnswer }: ControlsProps) {
  const send = useCallback(
    async (query: Query) => {
      const answer = await command(query, { id });
      onAnswer(answer);
      return answer;
    },
    [id, onAnswer],
  );
  const pause = useCommand(send);
  const resume = useCommand(send);
  const stop = useCommand(send);
  const [isAsking, setIsAsking] = useState(false);
  const problem = pause.problem ?? resume.problem;
  if (!isActive(state)) {
    return (
      <LinkButton
        icon={RotateCcw}
        href={`/trainings?start=1&bot=${encodeURIComponent(botName)}`}
        variant="primary"
      >
        Train again
      </LinkButton>
    );
  }
  const isPaused = state === "paused";
  const busy = pause.busy || resume.busy || stop.busy;
  const run = (one: typeof pause, query: Query) => {
    pause.reset();
    resume.reset();
    void one.run(query);
  };
  return (
    <div className="flex max-w-full flex-col gap-2">
      <div className="grid grid-cols-1 gap-x-4 gap-y-2 sm:grid-cols-3">
        <Control consequence="No step is run until you resume.">
          {(described) => (
            <Button
              icon={Pause}
              busy={pause.busy}
              disabled={isPaused || busy}
              onClick={() => run(pause, "trainings-pause")}
              {...described}
            >
              Pause
            </Button>
          )}
        </Control>
        <Control consequence="It goes on where it stands.">
          {(described) => (
            <Button
              icon={Play}
              variant={isPaused ? "primary" : "secondary"}
              busy={resume.busy}
              disabled={!isPaused || busy}
              onClick={() => run(resume, "trainings-resume")}
              {...described}
            >
              Resume
            </Button>
          )}
        </Control>
        <Control consequence="Ends it for good.">
          {(described) => (
            <Button
              icon={Square}
              variant="danger"
              busy={stop.busy}
              disabled={busy}
              onClick={() => {
                stop.reset();
                setIsAsking(true);
              }}
              {...described}
            >
              Stop
            </Button>
          )}
        </Control>
      </div>
      {problem && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={`Stop training ${id}?`}
        consequence={STOP}
        confirmLabel="Stop training"
        danger
        busy={stop.busy}
        problem={stop.problem}
        onConfirm={() =>
          void stop.run("trainings-stop").then((answer) => {
            if (answer !== undefined) setIsAsking(false);
          })
        }
      />
    </div>
  );
}

interface ControlProps {
  consequence: string;
  children: (described: { "aria-describedby": string }) => ReactNode;
}

function Control({ consequence, children }: ControlProps) {
  const id = useId();
  return (
    <div className="flex items-center gap-2 sm:flex-col sm:items-stretch sm:gap-1">
      <div className="flex min-w-28 flex-col">{children({ "aria-describedby": id })}</div>
      <p id={id} className="text-muted text-xs sm:max-w-28">
        {consequence}
      </p>
    </div>
  );
}
