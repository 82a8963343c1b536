"use client";

import { CircleHelp } from "lucide-react";
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { useGet } from "@/api/hooks";
import { AgentView } from "@/features/agents/agent-view";
import { idOf } from "@/features/session/session-page";
import { LinkButton } from "@/ui/button";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, FailedState, Skeleton } from "@/ui/state";

const AgentFormPage = dynamic(() => import("@/features/agents/agent-form-page"), {
  ssr: false,
  loading: () => <Waiting />,
});

const READ_AGAIN_MS = 3_000;

/** What the address asks for: `?new=1`, a copy by `?new=1&copy=3`, an agent by `?id=3`, its form by `&edit=1`. */
export function AgentPage() {
  const query = useSearchParams();
  const isNew = query.get("new") === "1";
  const copied = idOf(query.get("copy"));
  if (isNew && copied === null) return <AgentFormPage key="new" agent={null} />;
  const id = isNew ? copied : idOf(query.get("id"));
  if (id === null) return <NoAgent text="The address does not name an agent." />;
  const does = isNew ? "copy" : query.get("edit") === "1" ? "edit" : "show";
  return <OneAgent key={`${does} ${id}`} id={id} does={does} />;
}

function OneAgent({ id, does }: { id: number; does: "show" | "edit" | "copy" }) {
  const agent = useGet(
    "/api/models/{model_id}",
    { path: { model_id: id } },
    { everyMs: does === "show" ? READ_AGAIN_MS : undefined },
  );
  switch (agent.status) {
    case "loading":
      return <Waiting />;
    case "failed":
      return agent.problem.code === "not_found" ? (
        <NoAgent text="It may have been deleted, or it belongs to somebody else. Sessions of a deleted agent stay readable." />
      ) : (
        <Page title="Agent">
          <Panel>
            <FailedState problem={agent.problem} retry={agent.retry} />
          </Panel>
        </Page>
      );
    case "ready":
      return does === "show" ? (
        <AgentView agent={agent.value} />
      ) : (
        <AgentFormPage agent={agent.value} isCopy={does === "copy"} />
      );
  }
}

function Waiting() {
  return (
    <Page title="Agent">
      <div aria-busy="true" className="flex flex-col gap-4">
        <div className="grid gap-4 lg:grid-cols-2">
          <Skeleton className="h-80" />
          <Skeleton className="h-80" />
        </div>
        <Skeleton className="h-80" />
      </div>
    </Page>
  );
}

function NoAgent({ text }: { text: string }) {
  return (
    <Page title="No such agent">
      <Panel>
        <EmptyState
          icon={CircleHelp}
          title="This agent cannot be shown"
          text={text}
          action={
            <LinkButton href="/agents" variant="primary">
              All agents
            </LinkButton>
          }
        />
      </Panel>
    </Page>
  );
}
