"use client";

import { ArrowDownToLine, History, ScrollText } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import type { TrainingFeed } from "@/api/feeds/training-feed";
import { useCommand } from "@/api/hooks";
import { useFeed } from "@/api/live";
import { formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { TextInput } from "@/ui/field";
import { Panel } from "@/ui/panel";
import { Select } from "@/ui/select";
import { EmptyState } from "@/ui/state";
import { useUrlState } from "@/ui/url-state";
import { EventLines } from "./event-lines";
import { useSlowly } from "./hooks";
import { kindNames, linesShown } from "./log-lines";

const LOG_MS = 250;
const kinds = [
  { value: "", label: "Every kind" },
  ...Object.entries(kindNames).map(([value, label]) => ({ value, label })),
];

/** Every numbered event of the training as a line. */
export function EventLog({ feed }: { feed: TrainingFeed }) {
  const events = useSlowly(feed, (each) => each.events.all, LOG_MS);
  const hasEarlier = useFeed(feed, (each) => each.events.hasEarlier);
  const [kind, setKind] = useUrlState("events");
  const [search, setSearch] = useUrlState("find");
  const [isStuck, setIsStuck] = useState(true);
  const earlier = useCommand(useCallback(() => feed.loadEarlier(), [feed]));
  const lines = useMemo(() => linesShown(events, kind, search), [events, kind, search]);
  const isFiltered = kind !== "" || search.trim() !== "";
  return (
    <Panel
      title="Event log"
      hint={`${formatNumber(lines.length)} of ${formatNumber(events.length)} events here`}
      actions={
        <>
          {hasEarlier && (
            <Button
              size="sm"
              icon={History}
              busy={earlier.busy}
              onClick={() => {
                setIsStuck(false);
                void earlier.run();
              }}
            >
              Load earlier
            </Button>
          )}
          <Button
            size="sm"
            icon={ArrowDownToLine}
            disabled={isStuck}
            onClick={() => setIsStuck(true)}
          >
            Newest
          </Button>
        </>
      }
    >
      <div className="mb-3 flex flex-wrap gap-2">
        <div className="min-w-36">
          <Select label="Kind of event" value={kind} onChange={setKind} options={kinds} />
        </div>
        <div className="min-w-40 flex-1">
          <TextInput
            aria-label="Search the events, or #12 for a number"
            placeholder="Search or #12"
            value={search}
            onChange={setSearch}
          />
        </div>
      </div>
      {earlier.problem && <p className="text-danger mb-2 text-sm">{earlier.problem.msg}</p>}
      <EventLines
        lines={lines}
        isStuck={isStuck}
        onStuck={setIsStuck}
        empty={
          <EmptyState
            icon={ScrollText}
            title={isFiltered ? "No event matches" : "No events yet"}
            text={isFiltered ? "Choose another kind or search for something else." : undefined}
          />
        }
      />
    </Panel>
  );
}
