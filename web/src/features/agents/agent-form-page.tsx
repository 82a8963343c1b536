"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { refresh, useGet } from "@/api/hooks";
import type { Agent } from "@/api/types";
import { agentTexts, newAgentTexts, type Texts } from "@/features/agents/agent-form";
import { AgentFormView } from "@/features/agents/agent-form-view";
import { copyName } from "@/features/bots/names";
import { AGENT_NAMES, freeName } from "@/features/home/first-run";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { FailedState, Skeleton } from "@/ui/state";

interface AgentFormPageProps {
  /** The agent that is changed or, where `isCopy`, copied; null: a new one. */
  agent: Agent | null;
  isCopy?: boolean;
}

/** Makes an agent or changes one. */
export default function AgentFormPage({ agent, isCopy = false }: AgentFormPageProps) {
  const agents = useGet("/api/models", { query: { limit: 1_000 } });
  const bots = useGet("/api/bots", { query: { limit: 1_000 } });
  const title = titleOf(agent, isCopy);
  if (agents.status === "failed") {
    return (
      <Page title={title}>
        <Panel>
          <FailedState problem={agents.problem} retry={agents.retry} />
        </Panel>
      </Page>
    );
  }
  if (agents.status === "loading" || bots.status === "loading") {
    return (
      <Page title={title}>
        <div aria-busy="true" className="flex flex-col gap-4">
          <Skeleton className="h-44" />
          <Skeleton className="h-64" />
          <Skeleton className="h-96" />
        </div>
      </Page>
    );
  }
  const names = agents.value.agents.map(({ name }) => name);
  const botNames = bots.status === "ready" ? bots.value.bots.map(({ name }) => name) : [];
  return <KnownForm {...{ agent, isCopy, title, names, botNames }} />;
}

interface KnownFormProps extends Required<AgentFormPageProps> {
  title: string;
  names: readonly string[];
  botNames: readonly string[];
}

function KnownForm({ agent, isCopy, title, names, botNames }: KnownFormProps) {
  const query = useSearchParams();
  const changed = isCopy ? null : agent;
  const [base, setBase] = useState(changed);
  const [first, setFirst] = useState(() => firstTexts(agent, isCopy, names, query));
  const reload = async () => {
    if (base === null) return;
    await refresh("/api/models/{model_id}");
    setBase(null);
  };
  if (changed !== null && base === null) {
    setBase(changed);
    setFirst(agentTexts(changed));
  }
  return (
    <Page
      title={title}
      subtitle={
        changed === null
          ? "All of this can be changed later. Nothing here reaches a real broker."
          : "Changes hold from the next session on; one that runs now keeps what it began with."
      }
    >
      <AgentFormView
        key={base?.version ?? 0}
        agent={base}
        first={first}
        taken={names.filter((name) => name !== changed?.name)}
        bots={botNames}
        onReload={() => void reload()}
      />
    </Page>
  );
}

function titleOf(agent: Agent | null, isCopy: boolean): string {
  if (agent === null) return "New agent";
  return isCopy ? `Duplicate ${agent.name}` : `Edit ${agent.name}`;
}

function firstTexts(
  agent: Agent | null,
  isCopy: boolean,
  names: readonly string[],
  query: URLSearchParams,
): Texts {
  if (agent === null) return newAgentTexts(freeName(AGENT_NAMES, names), query);
  const texts = agentTexts(agent);
  return isCopy ? { ...texts, name: copyName(agent.name, names) } : texts;
}
