"use client";

import { useCallback } from "react";
import { refresh, useCommand } from "@/api/hooks";
import { put } from "@/api/rest";
import { ConfirmDialog } from "@/ui/dialog";
import type { Publish } from "./line-menu";

const CONSEQUENCES = {
  show: "Everybody who signs in here will see this line: its name, model, symbols, dates, figures and equity curve. Trades, prompts and reasoning stay yours. You can take it back at any time.",
  hide: "Nobody but you will see this line or its curve any more. You can show it again at any time.",
} as const;

interface PublishDialogProps {
  publish: Publish;
  onClose: () => void;
}

/** Shows an account to everybody, or to its owner alone. */
export function PublishDialog({ publish: { score, isPublic }, onClose }: PublishDialogProps) {
  const { topic, name } = score;
  const change = useCallback(
    () => put("/api/leaderboard/visibility", { body: { topic, is_public: isPublic } }),
    [topic, isPublic],
  );
  const { run, busy, problem } = useCommand(change);
  const confirm = async () => {
    if ((await run()) === undefined) return;
    await refresh("/api/leaderboard");
    onClose();
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={isPublic ? `Show ${name} to everybody?` : `Show ${name} to you alone?`}
      consequence={isPublic ? CONSEQUENCES.show : CONSEQUENCES.hide}
      confirmLabel={isPublic ? "Show to everybody" : "Show to me alone"}
      busy={busy}
      problem={problem}
      onConfirm={() => void confirm()}
    />
  );
}
