"use client";

import { Dumbbell, SearchX } from "lucide-react";
import { useMemo } from "react";
import { useFeed, useTraining } from "@/api/live";
import type { TrainingFeed } from "@/api/feeds/training-feed";
import { LinkButton } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, FailedState, Skeleton } from "@/ui/state";
import { useUrlSet, useUrlState } from "@/ui/url-state";
import { comparedIds } from "./comparison";
import { TrainingView } from "./training-view";

/** The training that the address names. */
export function TrainingPage() {
  const [word] = useUrlState("id");
  const [compare] = useUrlSet("compare");
  const id = /^[1-9]\d{0,9}$/.test(word) ? Number(word) : null;
  const feed = useTraining(id);
  const compared = useMemo(() => comparedIds(compare, id), [compare, id]);
  if (feed === null) return <NoTraining />;
  return <Followed key={feed.id} feed={feed} compared={compared} />;
}

function Followed({ feed, compared }: { feed: TrainingFeed; compared: number[] }) {
  const phase = useFeed(feed, (each) => each.phase);
  const problem = useFeed(feed, (each) => each.problem);
  const isRead = useFeed(feed, (each) => each.run !== null);
  if (isRead) return <TrainingView feed={feed} compared={compared} />;
  if (phase !== "gone" || problem === null) return <Opening id={feed.id} problem={problem} />;
  return (
    <Page title={`Training ${feed.id}`}>
      <Panel>
        {problem.code === "not_found" ? (
          <EmptyState
            icon={SearchX}
            title="There is no such training"
            text="It does not exist, or it belongs to somebody else."
            action={<LinkButton href="/trainings">All my trainings</LinkButton>}
          />
        ) : (
          <FailedState problem={problem} retry={() => void feed.open()} />
        )}
      </Panel>
    </Page>
  );
}

function Opening({ id, problem }: { id: number; problem: { msg: string } | null }) {
  return (
    <Page title={`Training ${id}`}>
      {problem && (
        <Notice tone="warn" title="Trying again" live>
          {problem.msg}
        </Notice>
      )}
      <div aria-busy="true" className="flex flex-col gap-4">
        <div className="grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
          <Skeleton className="h-[508px]" />
          <Skeleton className="h-[508px]" />
        </div>
        <Skeleton className="h-40" />
        <Skeleton className="h-96" />
      </div>
    </Page>
  );
}

function NoTraining() {
  return (
    <Page title="Training">
      <Panel>
        <EmptyState
          icon={Dumbbell}
          title="No training is chosen"
          text="Choose one of your trainings, or start a new one."
          action={
            <>
              <LinkButton href="/trainings">All my trainings</LinkButton>
              <LinkButton href="/trainings?start=1" variant="primary">
                Start a training
              </LinkButton>
            </>
          }
        />
      </Panel>
    </Page>
  );
}
