"use client";

import Link from "@/ui/link";
import { useRef } from "react";
import { refresh, useCommand } from "@/api/hooks";
import { del } from "@/api/rest";
import type { Agent } from "@/api/types";
import { sessionHref } from "@/features/agents/agent-links";
import { CONSEQUENCES } from "@/features/agents/consequences";
import { StartSessionDialog } from "@/features/agents/start-session-dialog";
import { useAgentCommand } from "@/features/agents/use-agent-command";
import { Attempt } from "@/features/bots/attempt";
import { ConfirmDialog } from "@/ui/dialog";
import { Notice } from "@/ui/notice";
import { toast } from "@/ui/toast";

/** What is asked of a person before something is done to an agent. */
export interface Asked {
  kind: "start" | "stop" | "delete";
  agent: Agent;
}

interface AgentDialogsProps {
  asked: Asked;
  /** The agent as it is now. */
  agent: Agent;
  onClose: () => void;
  onDeleted?: () => void;
}

export default function AgentDialogs({ asked, agent, onClose, onDeleted }: AgentDialogsProps) {
  switch (asked.kind) {
    case "start":
      return <StartSessionDialog agent={agent} onClose={onClose} />;
    case "stop":
      return <StopDialog agent={agent} onClose={onClose} />;
    case "delete":
      return <DeleteDialog {...{ agent, onClose, onDeleted }} />;
  }
}

type OneAgentProps = Pick<AgentDialogsProps, "agent" | "onClose" | "onDeleted">;

function StopDialog({ agent, onClose }: OneAgentProps) {
  const { run, busy, problem } = useAgentCommand();
  const stop = async () => {
    if ((await run(agent, "stop")) !== undefined) onClose();
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Stop ${agent.name}`}
      consequence={CONSEQUENCES.stop}
      confirmLabel="Stop for good"
      danger
      {...{ busy, problem }}
      onConfirm={() => void stop()}
    />
  );
}

function DeleteDialog({ agent, onClose, onDeleted }: OneAgentProps) {
  const attempt = useRef(new Attempt());
  const { run, busy, problem } = useCommand(async () => {
    const path = { model_id: agent.id };
    try {
      return await attempt.current.once(path, (id) => del("/api/models/{model_id}", { path, id }));
    } finally {
      void refresh("/api/models");
    }
  });
  const remove = async () => {
    if ((await run()) === undefined) return;
    toast(`${agent.name} is deleted.`, { tone: "good" });
    onDeleted?.();
    onClose();
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${agent.name}`}
      consequence={`${CONSEQUENCES.delete} This cannot be undone.`}
      confirmLabel="Delete agent"
      danger
      {...{ busy, problem }}
      onConfirm={() => void remove()}
    >
      {agent.session_id !== null && (
        <Notice tone="warn">
          {agent.name} is in{" "}
          <Link href={sessionHref(agent.session_id)} className="text-accent underline">
            session {agent.session_id}
          </Link>{" "}
          now. Stop it, or wait for its end, before you delete the agent.
        </Notice>
      )}
    </ConfirmDialog>
  );
}
