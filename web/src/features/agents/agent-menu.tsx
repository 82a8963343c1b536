"use client";

import { Copy, EllipsisVertical, Pause, Pencil, Play, Square, Trash2 } from "lucide-react";
import type { Agent } from "@/api/types";
import type { Asked } from "@/features/agents/agent-dialogs";
import { copyHref, editHref } from "@/features/agents/agent-links";
import { CONSEQUENCES } from "@/features/agents/consequences";
import { useAgentCommand, type AgentOrder } from "@/features/agents/use-agent-command";
import { IconButton } from "@/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { toast } from "@/ui/toast";

interface AgentMenuProps {
  agent: Agent;
  onAsk: (asked: Asked) => void;
}

/** Everything that can be done to an agent, with what it brings. */
export function AgentMenu({ agent, onAsk }: AgentMenuProps) {
  const { run, busy } = useAgentCommand((problem) => toast(problem.msg, { tone: "danger" }));
  const act = (order: AgentOrder) => void run(agent, order);
  return (
    <Menu
      title={agent.name}
      trigger={
        <IconButton
          icon={EllipsisVertical}
          label={`More for ${agent.name}`}
          size="sm"
          busy={busy}
        />
      }
    >
      {agent.session_id !== null && (
        <>
          {agent.state === "paused" ? (
            <MenuItem icon={Play} onSelect={() => act("resume")}>
              <Explained text="Resume" consequence={CONSEQUENCES.resume} />
            </MenuItem>
          ) : (
            <MenuItem icon={Pause} onSelect={() => act("pause")}>
              <Explained text="Pause" consequence={CONSEQUENCES.pause} />
            </MenuItem>
          )}
          <MenuItem icon={Square} danger onSelect={() => onAsk({ kind: "stop", agent })}>
            <Explained text="Stop …" consequence={CONSEQUENCES.stop} />
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      <MenuItem icon={Pencil} href={editHref(agent.id)}>
        Edit
      </MenuItem>
      <MenuItem icon={Copy} href={copyHref(agent.id)}>
        <Explained text="Duplicate" consequence={CONSEQUENCES.duplicate} />
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={Trash2} danger onSelect={() => onAsk({ kind: "delete", agent })}>
        <Explained text="Delete …" consequence={CONSEQUENCES.delete} />
      </MenuItem>
    </Menu>
  );
}

function Explained({ text, consequence }: { text: string; consequence: string }) {
  return (
    <span className="max-w-64 py-1">
      {text}
      <span className="text-muted block text-xs">{consequence}</span>
    </span>
  );
}
