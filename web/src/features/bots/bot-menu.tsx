"use client";

import { Copy, EllipsisVertical, Pause, Pencil, Play, Square, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import type { Bot } from "@/api/types";
import type { Asked } from "@/features/bots/bot-dialogs";
import { CONSEQUENCES } from "@/features/bots/consequences";
import { activeTraining } from "@/features/bots/results";
import { useBotCommand, type BotOrder } from "@/features/bots/use-bot-command";
import { IconButton } from "@/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { toast } from "@/ui/toast";

interface BotMenuProps {
  bot: Bot;
  onAsk: (asked: Asked) => void;
}

/** Everything that can be done to a bot, with what it brings. */
export function BotMenu({ bot, onAsk }: BotMenuProps) {
  const { run, busy } = useReported();
  const isPaused = bot.state === "paused";
  return (
    <Menu
      title={bot.name}
      trigger={
        <IconButton icon={EllipsisVertical} label={`More for ${bot.name}`} size="sm" busy={busy} />
      }
    >
      {activeTraining(bot) !== null && (
        <>
          {isPaused ? (
            <MenuItem icon={Play} onSelect={() => run(bot, "resume")}>
              <Explained text="Resume" consequence={CONSEQUENCES.resume} />
            </MenuItem>
          ) : (
            <MenuItem icon={Pause} onSelect={() => run(bot, "pause")}>
              <Explained text="Pause" consequence={CONSEQUENCES.pause} />
            </MenuItem>
          )}
          <MenuItem icon={Square} danger onSelect={() => onAsk({ kind: "stop", bot })}>
            <Explained text="Stop …" consequence={CONSEQUENCES.stop} />
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      {activeTraining(bot) === null && (
        <MenuItem icon={Play} onSelect={() => onAsk({ kind: "train", bot })}>
          Train …
        </MenuItem>
      )}
      <MenuItem icon={Pencil} onSelect={() => onAsk({ kind: "edit", bot })}>
        Edit …
      </MenuItem>
      <MenuItem icon={Copy} onSelect={() => onAsk({ kind: "duplicate", bot })}>
        Duplicate …
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={Trash2} danger onSelect={() => onAsk({ kind: "delete", bot })}>
        <Explained text="Delete …" consequence={CONSEQUENCES.delete} />
      </MenuItem>
    </Menu>
  );
}

function Explained({ text, consequence }: { text: ReactNode; consequence: string }) {
  return (
    <span className="max-w-64 py-1">
      {text}
      <span className="text-muted block text-xs">{consequence}</span>
    </span>
  );
}

/** The menu is gone when the answer comes: trouble is told beside the page. */
function useReported() {
  const { run, busy } = useBotCommand((problem) => toast(problem.msg, { tone: "danger" }));
  return { run: (bot: Bot, order: BotOrder) => void run(bot, order), busy };
}
