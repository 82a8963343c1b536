"use client";

import { useGet } from "@/api/hooks";
import { useWho } from "@/api/who";
import { Page } from "@/ui/page";
import { FailedState, Skeleton } from "@/ui/state";
import { Overview } from "./overview-view";
import { useRuns } from "./use-runs";
import { Welcome } from "./welcome";

const TRADERS_MS = 10_000;

/** The first view: what of mine there is and what it does; a newcomer is shown how to begin. */
export function HomePage() {
  const isAdmin = useWho((who) => who.status === "signed-in" && who.user.is_admin);
  const query = { limit: 100 };
  const bots = useGet("/api/bots", { query }, { everyMs: TRADERS_MS });
  const agents = useGet("/api/models", { query }, { everyMs: TRADERS_MS });
  const runs = useRuns();
  for (const read of [bots, agents, runs]) {
    if (read.status !== "failed") continue;
    return (
      <Page title="Home">
        <FailedState problem={read.problem} retry={read.retry} />
      </Page>
    );
  }
  if (bots.status !== "ready" || agents.status !== "ready" || runs.status !== "ready") {
    return <HomeSkeleton />;
  }
  if (bots.value.bots.length + agents.value.agents.length + runs.value.length === 0) {
    return <Welcome />;
  }
  return (
    <Overview
      bots={bots.value.bots}
      agents={agents.value.agents}
      runs={runs.value}
      isAdmin={isAdmin}
    />
  );
}

function HomeSkeleton() {
  return (
    <Page title="Home">
      <div aria-busy="true" className="flex flex-col gap-4">
        <Skeleton className="h-20" />
        <Skeleton className="h-48" />
        <Skeleton className="h-80" />
      </div>
    </Page>
  );
}
