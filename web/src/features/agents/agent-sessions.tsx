"use client";

import { History } from "lucide-react";
import { useMemo } from "react";
import { useGet } from "@/api/hooks";
import { mapped } from "@/api/loadable";
import type { Agent } from "@/api/types";
import { judgedSessions, type JudgedSession, type Score } from "@/features/agents/results";
import { SessionOverlay } from "@/features/agents/session-overlay";
import { SessionVisibility } from "@/features/agents/session-visibility";
import { sessionHref } from "@/features/agents/agent-links";
import { sessionColumns } from "@/features/agents/session-columns";
import { formatNumber } from "@/lib/format";
import { Panel } from "@/ui/panel";
import { EmptyState, Ready, SkeletonRows } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { useUrlSet } from "@/ui/url-state";

const MOST = 200;
const NO_SCORES: readonly Score[] = [];

/** What an agent's sessions came to, and some of them on one chart. */
export function AgentSessions({ agent }: { agent: Agent }) {
  const query = { model_id: agent.id, limit: MOST };
  const sessions = useGet("/api/sessions", { query }, { everyMs: 5_000 });
  const board = useGet(
    "/api/leaderboard",
    { query: { mine: true, limit: 1_000 } },
    { everyMs: 15_000 },
  );
  const scores = board.status === "ready" ? board.value.scores : NO_SCORES;
  const judged = mapped(sessions, (page) => judgedSessions(page.sessions, scores));
  const isCut = sessions.status === "ready" && sessions.value.next !== null;
  return (
    <Ready
      of={judged}
      loading={
        <Panel title="Sessions" flush>
          <SkeletonRows rows={4} />
        </Panel>
      }
      empty={
        <Panel title="Sessions">
          <EmptyState
            icon={History}
            title={`${agent.name} has no sessions yet`}
            text="Start one above. Its results will stand here, beside its benchmark."
          />
        </Panel>
      }
    >
      {(rows) => <Sessions agent={agent} rows={rows} isCut={isCut} />}
    </Ready>
  );
}

const COLUMNS: readonly Column<JudgedSession>[] = [
  ...sessionColumns,
  {
    id: "visible",
    header: "Leaderboard",
    hint: "Who sees its results",
    cell: ({ session, score }) => <SessionVisibility session={session} score={score} />,
    sortValue: ({ score }) => score && (score.is_public ? "public" : "private"),
  },
];

interface SessionsProps {
  agent: Agent;
  rows: readonly JudgedSession[];
  /** Older ones are not among them. */
  isCut: boolean;
}

function Sessions({ agent, rows, isCut }: SessionsProps) {
  const [compare, setCompare] = useUrlSet("compare");
  const selected = useMemo(() => new Set(compare), [compare]);
  const compared = useMemo(
    () => rows.filter(({ session }) => selected.has(String(session.id))),
    [rows, selected],
  );
  return (
    <div className="flex flex-col gap-4">
      <Panel
        title="Sessions"
        hint={`${isCut ? `The newest ${MOST}. ` : ""}Tick some to see them on one chart.`}
        flush
      >
        <DataTable
          caption={`Sessions of ${agent.name}`}
          columns={COLUMNS}
          rows={rows}
          rowId={({ session }) => String(session.id)}
          rowLabel={({ session }) => `Compare session ${formatNumber(session.id)}`}
          href={({ session }) => sessionHref(session.id)}
          initialSort={{ id: "id", descending: true }}
          selected={selected}
          onSelect={(next) => setCompare([...next])}
          exportCsv={`sessions-${agent.name}`}
          maxHeight={560}
        />
      </Panel>
      {compared.length > 0 && <SessionOverlay sessions={compared.map(({ session }) => session)} />}
    </div>
  );
}
