"use client";

import { BrainCircuit, Play, Plus, Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useCallback, useMemo, useState } from "react";
import { useCommand, useGet } from "@/api/hooks";
import type { Agent, Session } from "@/api/types";
import type { Asked } from "@/features/agents/agent-dialogs";
import { NEW_HREF, sessionHref } from "@/features/agents/agent-links";
import { AgentTable } from "@/features/agents/agent-table";
import { latestSessions, searched } from "@/features/agents/results";
import { startFirstAgent } from "@/features/home/first-run";
import { formatNumber } from "@/lib/format";
import { Button, LinkButton } from "@/ui/button";
import { TextInput } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, Ready, SkeletonRows } from "@/ui/state";
import { useUrlState } from "@/ui/url-state";

const AgentDialogs = dynamic(() => import("@/features/agents/agent-dialogs"), { ssr: false });

const NO_AGENTS: readonly Agent[] = [];
const NO_SESSIONS: readonly Session[] = [];

/** All of my agents. */
export function AgentsPage() {
  const agents = useGet("/api/models", { query: { limit: 1_000 } }, { everyMs: 5_000 });
  const sessions = useGet("/api/sessions", { query: { limit: 500 } }, { everyMs: 5_000 });
  const [search, setSearch] = useUrlState("q");
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = useCallback(() => setAsked(null), []);
  const all = agents.status === "ready" ? agents.value.agents : NO_AGENTS;
  const known = sessions.status === "ready" ? sessions.value.sessions : NO_SESSIONS;
  const latest = useMemo(() => latestSessions(all, known), [all, known]);
  const found = useMemo(() => searched(all, search), [all, search]);

  return (
    <Page
      title="Agents"
      subtitle="An agent is a model that trades on paper with tools, within the limits that you set."
      actions={
        <LinkButton variant="primary" icon={Plus} href={NEW_HREF}>
          New agent
        </LinkButton>
      }
    >
      <Ready
        of={agents}
        loading={
          <Panel flush>
            <div className="h-12" />
            <SkeletonRows rows={8} />
          </Panel>
        }
        isEmpty={(page) => page.agents.length === 0}
        empty={<NoAgents />}
      >
        {(page) => (
          <Panel flush>
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2 sm:px-4">
              <div className="w-full sm:w-72">
                <TextInput
                  type="search"
                  aria-label="Search agents"
                  placeholder="Name, model or symbol"
                  value={search}
                  onChange={setSearch}
                  suffix={<Search aria-hidden className="size-4" />}
                />
              </div>
              <p role="status" className="text-muted text-sm">
                {countText(found.length, page.agents.length, page.next !== null)}
              </p>
            </div>
            <AgentTable
              agents={found}
              latest={latest}
              onAsk={setAsked}
              empty={
                <EmptyState
                  icon={Search}
                  title={`No agent has “${search}” in its name, model or symbols`}
                  action={<Button onClick={() => setSearch("")}>Show all agents</Button>}
                />
              }
            />
          </Panel>
        )}
      </Ready>
      {asked !== null && (
        <AgentDialogs
          asked={asked}
          agent={all.find(({ id }) => id === asked.agent.id) ?? asked.agent}
          onClose={close}
        />
      )}
    </Page>
  );
}

function countText(shown: number, all: number, hasMore: boolean): string {
  const total = `${hasMore ? "the first " : ""}${formatNumber(all)}`;
  if (shown === all && !hasMore) return all === 1 ? "1 agent" : `${total} agents`;
  return `${formatNumber(shown)} of ${total} agents`;
}

const startFirst = () => startFirstAgent([]);

function NoAgents() {
  const router = useRouter();
  const { run, busy, problem } = useCommand(startFirst);
  const start = async () => {
    const session = await run();
    if (session !== undefined) router.push(sessionHref(session.id));
  };
  return (
    <Panel>
      <EmptyState
        icon={BrainCircuit}
        title="You have no agents yet"
        text={
          <>
            An agent decides at the end of each bar what to buy and sell, and says why. A language
            model needs a key of its provider. The one without a key follows a script: it trades two
            indices and a share over 2017, and costs nothing.
          </>
        }
        action={
          <>
            <LinkButton variant="primary" icon={Plus} href={NEW_HREF}>
              Make an agent
            </LinkButton>
            <Button icon={Play} busy={busy} onClick={() => void start()}>
              Try one without a key
            </Button>
          </>
        }
      />
      {problem && (
        <Notice tone="danger" live title="It could not be started.">
          {problem.msg}
        </Notice>
      )}
    </Panel>
  );
}
