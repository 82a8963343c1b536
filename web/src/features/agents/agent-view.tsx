"use client";

import { Copy, Pencil, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Agent } from "@/api/types";
import { AgentControl } from "@/features/agents/agent-control";
import type { Asked } from "@/features/agents/agent-dialogs";
import { AgentGlance } from "@/features/agents/agent-glance";
import { copyHref, editHref } from "@/features/agents/agent-links";
import { AgentSessions } from "@/features/agents/agent-sessions";
import { Badge, StateBadge } from "@/ui/badge";
import { Button, LinkButton } from "@/ui/button";
import { Page } from "@/ui/page";
import { Time } from "@/ui/time";

const AgentDialogs = dynamic(() => import("@/features/agents/agent-dialogs"), { ssr: false });

/** One agent: what it is, what it does, and what its sessions came to. */
export function AgentView({ agent }: { agent: Agent }) {
  const router = useRouter();
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <Page
      title={agent.name}
      badge={
        <>
          <StateBadge state={agent.state} />
          {agent.is_public ? <Badge tone="accent">Public</Badge> : <Badge>Private</Badge>}
        </>
      }
      subtitle={
        <>
          Made <Time at={agent.created_at} />, last changed <Time at={agent.updated_at} />
        </>
      }
      actions={
        <>
          <LinkButton icon={Pencil} href={editHref(agent.id)}>
            Edit
          </LinkButton>
          <LinkButton icon={Copy} href={copyHref(agent.id)}>
            Duplicate
          </LinkButton>
          <Button
            icon={Trash2}
            variant="danger"
            onClick={() => setAsked({ kind: "delete", agent })}
          >
            Delete
          </Button>
        </>
      }
    >
      <div className="grid items-start gap-4 lg:grid-cols-[2fr_3fr]">
        <AgentControl agent={agent} />
        <AgentGlance agent={agent} />
      </div>
      <AgentSessions agent={agent} />
      {asked !== null && (
        <AgentDialogs
          asked={asked}
          agent={agent}
          onClose={() => setAsked(null)}
          onDeleted={() => router.push("/agents")}
        />
      )}
    </Page>
  );
}
