"use client";

import { useState } from "react";
import { Badge } from "@/ui/badge";
import { Panel } from "@/ui/panel";
import { Ready, SkeletonRows } from "@/ui/state";
import { Time } from "@/ui/time";
import { useGet } from "@/api/hooks";
import {
  happeningsOf,
  stepText,
  toldText,
  type Happening,
} from "@/features/populations/population";

/** So many events before the page was opened are read. */
const SHOWN = 200;
const MOST = 1_000;
const EVERY_MS = 3_000;

interface HappeningsPanelProps {
  id: number;
  /** Number of the population's newest event. */
  cursor: number;
  /** Whether more of them may come. */
  isActive: boolean;
}

/** What the search has done and what it was told, the newest first. */
export function HappeningsPanel({ id, cursor, isActive }: HappeningsPanelProps) {
  const [after] = useState(Math.max(0, cursor - SHOWN));
  const found = useGet(
    "/api/populations/{population_id}/events",
    { path: { population_id: id }, query: { after, limit: MOST } },
    { everyMs: isActive ? EVERY_MS : undefined },
  );
  return (
    <Panel title="Steps of the search">
      <Ready of={found} loading={<SkeletonRows rows={4} />}>
        {({ events }) => <Lines happenings={happeningsOf(events)} />}
      </Ready>
    </Panel>
  );
}

function Lines({ happenings }: { happenings: readonly Happening[] }) {
  if (happenings.length === 0) return <p className="text-muted">None has been taken yet.</p>;
  return (
    <ul className="flex max-h-96 flex-col gap-1 overflow-y-auto">
      {happenings.map((each) => (
        <li key={each.seq} className="flex flex-wrap items-baseline gap-x-2">
          <span className="text-muted text-xs">
            <Time at={each.at} />
          </span>
          <Badge tone={each.kind === "step" && each.data.kind === "exploit" ? "accent" : "neutral"}>
            {each.kind === "search" ? "Told" : each.data.kind === "exploit" ? "Exploit" : "Explore"}
          </Badge>
          <span>{each.kind === "step" ? stepText(each.data) : toldText(each.data)}.</span>
        </li>
      ))}
    </ul>
  );
}
