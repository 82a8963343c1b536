"use client";

import { Pause, Play, Square } from "lucide-react";
import { useState } from "react";
import { refresh, useCommand } from "@/api/hooks";
import type { RunState } from "@/api/types";
import { isActive } from "@/features/training/states";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/dialog";
import { Notice } from "@/ui/notice";

export type Verb = "pause" | "resume" | "stop";

interface RunControlsProps {
  /** What it is, as in “evaluation 7”. */
  name: string;
  state: RunState;
  /** What stopping it brings with it, in one sentence. */
  stopping: string;
  send: (verb: Verb) => Promise<unknown>;
  /** What is read again afterwards. */
  path: string;
}

/** Pause, resume and stop a run; each answers when it has taken effect. */
export function RunControls({ name, state, stopping, send, path }: RunControlsProps) {
  const [isAsking, setIsAsking] = useState(false);
  const { run, busy, problem, reset } = useCommand(async (verb: Verb) => {
    const answer = await send(verb);
    await refresh(path);
    return answer;
  });
  if (!isActive(state)) return null;
  const isPaused = state === "paused";
  return (
    <div className="flex max-w-full flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <Button icon={Pause} disabled={isPaused || busy} onClick={() => void run("pause")}>
          Pause
        </Button>
        <Button
          icon={Play}
          variant={isPaused ? "primary" : "secondary"}
          disabled={!isPaused || busy}
          onClick={() => void run("resume")}
        >
          Resume
        </Button>
        <Button
          icon={Square}
          variant="danger"
          disabled={busy}
          onClick={() => {
            reset();
            setIsAsking(true);
          }}
        >
          Stop
        </Button>
      </div>
      {problem && !isAsking && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={`Stop ${name}?`}
        consequence={stopping}
        confirmLabel={`Stop ${name}`}
        danger
        busy={busy}
        problem={problem}
        onConfirm={() =>
          void run("stop").then((answer) => {
            if (answer !== undefined) setIsAsking(false);
          })
        }
      />
    </div>
  );
}
