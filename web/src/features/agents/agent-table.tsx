"use client";

import { Play } from "lucide-react";
import Link from "@/ui/link";
import { useMemo, type ReactNode } from "react";
import type { Agent, Session } from "@/api/types";
import type { Asked } from "@/features/agents/agent-dialogs";
import { agentHref, sessionHref } from "@/features/agents/agent-links";
import { AgentMenu } from "@/features/agents/agent-menu";
import { returnOf } from "@/features/agents/results";
import { UniverseText } from "@/features/agents/universe-text";
import { Badge, StateBadge, stateWord } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Delta, Money } from "@/ui/number";
import { DataTable, type Column } from "@/ui/table";

interface AgentTableProps {
  agents: readonly Agent[];
  /** The active or latest session of each, by the agent's id. */
  latest: ReadonlyMap<number, Session>;
  onAsk: (asked: Asked) => void;
  empty: ReactNode;
}

export function AgentTable({ agents, latest, onAsk, empty }: AgentTableProps) {
  const columns = useMemo(() => columnsOf(latest, onAsk), [latest, onAsk]);
  return (
    <DataTable
      caption="My agents"
      columns={columns}
      rows={agents}
      rowId={(agent) => String(agent.id)}
      href={(agent) => agentHref(agent.id)}
      initialSort={{ id: "name" }}
      empty={empty}
    />
  );
}

function columnsOf(
  latest: ReadonlyMap<number, Session>,
  onAsk: (asked: Asked) => void,
): Column<Agent>[] {
  return [
    {
      id: "name",
      header: "Name",
      cell: (agent) => (
        <span className="block min-w-28">
          <span className="wrap-anywhere">{agent.name}</span>
          <span className="text-muted block text-xs wrap-anywhere sm:hidden">
            {agent.base_model}
          </span>
        </span>
      ),
      sortValue: (agent) => agent.name,
    },
    {
      id: "model",
      header: "Model",
      cell: (agent) => (
        <span className="block min-w-36 text-sm wrap-anywhere">{agent.base_model}</span>
      ),
      sortValue: (agent) => agent.base_model,
      hideOnPhone: true,
    },
    {
      id: "universe",
      header: "Symbols",
      cell: ({ universe, period }) => (
        <span className="relative z-1 inline-flex flex-wrap items-baseline gap-x-1.5 text-sm">
          <UniverseText universe={universe} /> <span className="text-muted">{period}</span>
        </span>
      ),
      sortValue: (agent) => agent.universe.length,
      csvValue: (agent) => agent.universe.join(" "),
      hideOnPhone: true,
    },
    {
      id: "state",
      header: "State",
      cell: (agent) => <StateBadge state={agent.state} />,
      sortValue: (agent) => stateWord(agent.state),
    },
    {
      id: "session",
      header: "Session",
      hint: "Its active session, else its latest",
      cell: (agent) => <SessionLink session={latest.get(agent.id)} />,
      sortValue: (agent) => latest.get(agent.id)?.id,
      hideOnPhone: true,
    },
    {
      id: "return",
      header: "Return",
      align: "right",
      hint: "Of that session, net of fees, as a share of its starting balance",
      cell: (agent) => <Delta as="percent" value={returnOf(latest.get(agent.id))} />,
      sortValue: (agent) => returnOf(latest.get(agent.id)),
    },
    {
      id: "equity",
      header: "Equity",
      align: "right",
      cell: (agent) => <Money value={latest.get(agent.id)?.equity} />,
      sortValue: (agent) => latest.get(agent.id)?.equity,
      hideOnPhone: true,
    },
    {
      id: "public",
      header: "Results",
      hint: "Whether everybody sees the results of its next sessions",
      cell: (agent) =>
        agent.is_public ? <Badge tone="accent">Public</Badge> : <Badge>Private</Badge>,
      sortValue: (agent) => (agent.is_public ? "public" : "private"),
      hideOnPhone: true,
    },
    {
      id: "actions",
      header: "Actions",
      hideHeader: true,
      align: "right",
      cell: (agent) => (
        <span className="relative z-1 flex items-center justify-end gap-1">
          {agent.session_id === null && (
            <Button
              size="sm"
              icon={Play}
              aria-label={`Start a session of ${agent.name}`}
              onClick={() => onAsk({ kind: "start", agent })}
            >
              <span className="hidden sm:inline">Start</span>
            </Button>
          )}
          <AgentMenu agent={agent} onAsk={onAsk} />
        </span>
      ),
    },
  ];
}

function SessionLink({ session }: { session: Session | undefined }) {
  if (session === undefined) return <span className="text-muted">None yet</span>;
  return (
    <Link
      href={sessionHref(session.id)}
      className="text-accent relative z-1 whitespace-nowrap hover:underline"
    >
      {session.live ? `${session.id}, live` : `${session.id}, to ${session.end ?? ""}`}
    </Link>
  );
}
