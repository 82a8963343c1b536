"use client";

import { Trophy } from "lucide-react";
import { useGet } from "@/api/hooks";
import { LinkButton } from "@/ui/button";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, Ready, Skeleton, SkeletonRows } from "@/ui/state";
import { Board } from "./board-view";

const EVERY_MS = 15_000;
export const MOST_READ = 1_000;

/** Bots, agents and baselines on one board. */
export function LeaderboardPage() {
  const board = useGet("/api/leaderboard", { query: { limit: MOST_READ } }, { everyMs: EVERY_MS });
  return (
    <Page
      title="Leaderboard"
      subtitle="Bots, agents and baselines on one board: yours, and those that others show to everybody."
    >
      <Ready
        of={board}
        loading={<Loading />}
        isEmpty={(value) => typeof value === "string" || value.scores.length === 0}
        empty={<NoScores />}
      >
        {(value) => (typeof value === "string" ? null : <Board scores={value.scores} />)}
      </Ready>
    </Page>
  );
}

function Loading() {
  return (
    <div className="flex flex-col gap-4">
      <Skeleton className="h-[430px]" />
      <Skeleton className="h-11" />
      <Panel flush>
        <div className="h-28" />
        <SkeletonRows rows={8} />
      </Panel>
    </div>
  );
}

function NoScores() {
  return (
    <Panel>
      <EmptyState
        icon={Trophy}
        title="Nobody stands here yet"
        text="A training has its line once it was evaluated, an agent's session once it has ended or stands still."
        action={
          <>
            <LinkButton href="/trainings?start=1" variant="primary">
              Start a training
            </LinkButton>
            <LinkButton href="/agents">Go to the agents</LinkButton>
          </>
        }
      />
    </Panel>
  );
}
