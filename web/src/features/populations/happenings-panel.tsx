"use client";

import { History } from "lucide-react";
import { useCallback, useMemo } from "react";
import type { PopulationFeed } from "@/api/feeds/population-feed";
import { useCommand } from "@/api/hooks";
import { useFeed } from "@/api/live";
import {
  happeningsOf,
  stepText,
  toldText,
  type Happening,
} from "@/features/populations/population";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";

/** What the search has done and what it was told, the newest first. */
export function HappeningsPanel({ feed }: { feed: PopulationFeed }) {
  const events = useFeed(feed, (each) => each.events.all);
  const hasEarlier = useFeed(feed, (each) => each.events.hasEarlier);
  const { run, busy, problem } = useCommand(useCallback(() => feed.loadEarlier(), [feed]));
  const happenings = useMemo(() => happeningsOf(events), [events]);
  return (
    <Panel
      title="Steps of the search"
      actions={
        hasEarlier && (
          <Button size="sm" icon={History} busy={busy} onClick={() => void run()}>
            Load earlier
          </Button>
        )
      }
    >
      {problem && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
      <Lines happenings={happenings} />
    </Panel>
  );
}

function Lines({ happenings }: { happenings: readonly Happening[] }) {
  if (happenings.length === 0) return <p className="text-muted">None has been taken yet.</p>;
  return (
    <div role="region" aria-label="Newest first" tabIndex={0} className="max-h-96 overflow-y-auto">
      <ul className="flex flex-col gap-1">
        {happenings.map((each) => (
          <li key={each.seq} className="flex flex-wrap items-baseline gap-x-2">
            <span className="text-muted text-xs tabular-nums">#{each.seq}</span>
            <Badge
              tone={each.kind === "step" && each.data.kind === "exploit" ? "accent" : "neutral"}
            >
              {each.kind === "search"
                ? "Told"
                : each.data.kind === "exploit"
                  ? "Exploit"
                  : "Explore"}
            </Badge>
            <span>{each.kind === "step" ? stepText(each.data) : toldText(each.data)}.</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
