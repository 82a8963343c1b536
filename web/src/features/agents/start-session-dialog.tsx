"use client";

import { Play } from "lucide-react";
import { useId } from "react";
import type { Agent } from "@/api/types";
import { StartSessionForm } from "@/features/agents/start-session-form";
import { useStartSession } from "@/features/agents/use-start-session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";

interface StartSessionDialogProps {
  agent: Agent;
  onClose: () => void;
}

/** Asks over which dates an agent trades. */
export function StartSessionDialog({ agent, onClose }: StartSessionDialogProps) {
  const id = useId();
  const start = useStartSession(agent);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Start a session of ${agent.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" icon={Play} type="submit" form={id} busy={start.busy}>
            Start session
          </Button>
        </>
      }
    >
      <StartSessionForm id={id} agent={agent} start={start} />
    </Dialog>
  );
}
