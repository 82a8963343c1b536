"use client";

import { useRef } from "react";
import { refresh, useCommand } from "@/api/hooks";
import { del } from "@/api/rest";
import type { Bot } from "@/api/types";
import { Attempt } from "@/features/bots/attempt";
import { BotFormDialog, type BotFormPurpose } from "@/features/bots/bot-form-dialog";
import { BusyNotice } from "@/features/bots/busy-notice";
import { CONSEQUENCES } from "@/features/bots/consequences";
import { activeTraining } from "@/features/bots/results";
import { useBotCommand } from "@/features/bots/use-bot-command";
import { StartTrainingDialog } from "@/features/start-training/start-training-dialog";
import { ConfirmDialog } from "@/ui/dialog";
import { toast } from "@/ui/toast";

/** What is asked of a person before something is done to a bot. */
export type Asked = BotFormPurpose | { kind: "train" | "stop" | "delete"; bot: Bot };

export interface BotDialogsProps {
  asked: Asked | null;
  /** All my bots, as they are now. */
  bots: readonly Bot[];
  onClose: () => void;
  onSaved?: (bot: Bot) => void;
  onDeleted?: (name: string) => void;
}

export default function BotDialogs({ asked, bots, onClose, onSaved, onDeleted }: BotDialogsProps) {
  if (asked === null) return null;
  switch (asked.kind) {
    case "create":
    case "edit":
    case "duplicate":
      return (
        <BotFormDialog
          purpose={asked}
          names={bots.map(({ name }) => name)}
          {...{ onClose, onSaved }}
        />
      );
    case "train":
      return <StartTrainingDialog open onOpenChange={onClose} botName={asked.bot.name} />;
    case "stop":
      return <StopDialog bot={asked.bot} onClose={onClose} />;
    case "delete": {
      const now = bots.find(({ name }) => name === asked.bot.name) ?? asked.bot;
      return <DeleteDialog bot={now} {...{ onClose, onDeleted }} />;
    }
  }
}

interface OneBotProps {
  bot: Bot;
  onClose: () => void;
}

function StopDialog({ bot, onClose }: OneBotProps) {
  const { run, busy, problem } = useBotCommand();
  const stop = async () => {
    if ((await run(bot, "stop")) !== undefined) onClose();
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Stop ${bot.name}`}
      consequence={CONSEQUENCES.stop}
      confirmLabel="Stop for good"
      danger
      {...{ busy, problem }}
      onConfirm={() => void stop()}
    />
  );
}

type DeleteDialogProps = OneBotProps & Pick<BotDialogsProps, "onDeleted">;

function DeleteDialog({ bot, onClose, onDeleted }: DeleteDialogProps) {
  const attempt = useRef(new Attempt());
  const { run, busy, problem } = useCommand(async () => {
    const path = { name: bot.name };
    return await attempt.current.once(path, (id) => del("/api/bots/{name}", { path, id }));
  });
  const remove = async () => {
    if ((await run()) === undefined) return;
    toast(`${bot.name} is deleted.`, { tone: "good" });
    onDeleted?.(bot.name);
    onClose();
    void refresh("/api/bots");
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${bot.name}`}
      consequence={`${CONSEQUENCES.delete} This cannot be undone.`}
      confirmLabel="Delete bot"
      danger
      {...{ busy, problem }}
      onConfirm={() => void remove()}
    >
      {activeTraining(bot) !== null && (
        <BusyNotice bot={bot}>Stop it, or wait for its end, before you delete the bot.</BusyNotice>
      )}
    </ConfirmDialog>
  );
}
