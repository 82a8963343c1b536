"use client";

import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { refresh, useCommand } from "@/api/hooks";
import { put } from "@/api/rest";
import type { Session } from "@/api/types";
import { CONSEQUENCES } from "@/features/agents/consequences";
import { topicOf, type Score } from "@/features/agents/results";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/dialog";

interface SessionVisibilityProps {
  session: Session;
  score: Score | null;
}

/** Who sees a session's results, and the way to change it. */
export function SessionVisibility({ session, score }: SessionVisibilityProps) {
  const [isAsking, setAsking] = useState(false);
  if (score === null) return <span className="text-muted">Not yet</span>;
  const isPublic = score.is_public;
  return (
    <span className="relative z-1">
      <Button
        size="sm"
        icon={isPublic ? Eye : EyeOff}
        aria-label={
          isPublic
            ? `Session ${session.id} is public: hide it`
            : `Session ${session.id} is private: show it to everybody`
        }
        onClick={() => setAsking(true)}
      >
        {isPublic ? "Public" : "Private"}
      </Button>
      {isAsking && (
        <VisibilityDialog
          session={session}
          makePublic={!isPublic}
          onClose={() => setAsking(false)}
        />
      )}
    </span>
  );
}

interface VisibilityDialogProps {
  session: Session;
  makePublic: boolean;
  onClose: () => void;
}

function VisibilityDialog({ session, makePublic, onClose }: VisibilityDialogProps) {
  const { run, busy, problem } = useCommand(async () => {
    const body = { topic: topicOf(session), is_public: makePublic };
    try {
      return await put("/api/leaderboard/visibility", { body });
    } finally {
      await refresh("/api/leaderboard");
    }
  });
  const confirm = async () => {
    if ((await run()) !== undefined) onClose();
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={makePublic ? `Show session ${session.id} to everybody` : `Hide session ${session.id}`}
      consequence={makePublic ? CONSEQUENCES.publish : CONSEQUENCES.hide}
      confirmLabel={makePublic ? "Make public" : "Make private"}
      {...{ busy, problem }}
      onConfirm={() => void confirm()}
    />
  );
}
