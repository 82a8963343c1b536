"use client";

import { SearchX, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { RunEvent } from "@/api/feeds/event-list";
import type { RunFeed, RunMessage } from "@/api/feeds/run-feed";
import { useRun } from "@/features/runs/use-run";
import { LinkButton } from "@/ui/button";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, FailedState, Skeleton } from "@/ui/state";

interface Frame {
  /** What it is: “Evaluation”. */
  kind: string;
  icon: LucideIcon;
  /** Where all of them are listed. */
  list: { href: string; label: string };
}

interface RunPageProps<Run extends RunMessage, Status, Event extends RunEvent> extends Frame {
  /** What follows it; null where the address names none. */
  feed: RunFeed<Run, Status, Event> | null;
  children: (run: Run) => ReactNode;
}

/** The run that the address names, in each of its states. */
export function RunPage<Run extends RunMessage, Status, Event extends RunEvent>(
  props: RunPageProps<Run, Status, Event>,
) {
  const { kind, icon, list, feed } = props;
  if (feed !== null) return <Followed key={feed.id} {...props} feed={feed} />;
  return (
    <Page title={kind}>
      <Panel>
        <EmptyState
          icon={icon}
          title={`No ${kind.toLowerCase()} is chosen`}
          text="Choose one of yours, or start a new one."
          action={<LinkButton href={list.href}>{list.label}</LinkButton>}
        />
      </Panel>
    </Page>
  );
}

interface FollowedProps<Run extends RunMessage, Status, Event extends RunEvent> extends Frame {
  feed: RunFeed<Run, Status, Event>;
  children: (run: Run) => ReactNode;
}

function Followed<Run extends RunMessage, Status, Event extends RunEvent>({
  kind,
  list,
  feed,
  children,
}: FollowedProps<Run, Status, Event>) {
  const run = useRun(feed);
  const { id } = feed;
  switch (run.status) {
    case "loading":
      return (
        <Page title={`${kind} ${id}`}>
          <div aria-busy="true" className="flex flex-col gap-4">
            <Skeleton className="h-24" />
            <Skeleton className="h-96" />
          </div>
        </Page>
      );
    case "failed":
      return (
        <Page title={`${kind} ${id}`}>
          <Panel>
            {run.problem.code === "not_found" ? (
              <EmptyState
                icon={SearchX}
                title={`There is no such ${kind.toLowerCase()}`}
                text="It does not exist, or it belongs to somebody else."
                action={<LinkButton href={list.href}>{list.label}</LinkButton>}
              />
            ) : (
              <FailedState problem={run.problem} retry={run.retry} />
            )}
          </Panel>
        </Page>
      );
    case "ready":
      return children(run.value);
  }
}

/** The id that the address has, or null. */
export function idOf(word: string): number | null {
  return /^[1-9]\d{0,9}$/.test(word) ? Number(word) : null;
}
