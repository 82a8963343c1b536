import { useMemo, useRef, useState } from "react";
import { ArrowDown, History, ListFilter } from "lucide-react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { useCommand } from "@/api/hooks";
import { formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { EmptyState, FailedState, Skeleton } from "@/ui/state";
import { JustNow } from "./just-now";
import { rowsOf } from "./timeline";
import { filtered, isFiltering } from "./timeline-filter";
import { TimelineList, type TimelineListHandle } from "./timeline-list";
import { TimelineToolbar, useFilter } from "./timeline-toolbar";
import { useEvents } from "./use-events";

interface TimelinePanelProps {
  feed: SessionFeed;
  universe: readonly string[];
  at: number | null;
  /** Whether the model may be saying something now. */
  speaks: boolean;
  onShowStep: (step: number) => void;
}

/** All that the session thought, did and was told, decision by decision. */
export function TimelinePanel({ feed, universe, at, speaks, onShowStep }: TimelinePanelProps) {
  const { filter, change, clear } = useFilter();
  const shown = useEvents(feed, at);
  const all = useMemo(() => rowsOf(shown.events), [shown.events]);
  const rows = useMemo(() => filtered(all, filter), [all, filter]);
  const list = useRef<TimelineListHandle>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const earlier = useCommand(shown.loadEarlier);
  return (
    <Panel
      title="Decisions"
      flush
      className="flex h-[42rem] flex-col [&>div:last-child]:flex [&>div:last-child]:min-h-0 [&>div:last-child]:flex-1 [&>div:last-child]:flex-col"
    >
      <TimelineToolbar filter={filter} universe={universe} onChange={change} />
      <div className="text-muted border-line flex min-h-10 flex-wrap items-center gap-x-3 border-b px-3 py-1 text-sm sm:px-4">
        <p className="min-w-0 flex-1">
          {spanText(shown.events)}
          {isFiltering(filter) && `, ${formatNumber(rows.length)} rows match`}
        </p>
        {!isAtEnd && at === null && rows.length > 0 && (
          <Button size="sm" variant="ghost" icon={ArrowDown} onClick={() => list.current?.toEnd()}>
            To the newest
          </Button>
        )}
        {shown.hasEarlier && (
          <Button
            size="sm"
            variant="ghost"
            icon={History}
            busy={earlier.busy}
            onClick={() => void earlier.run()}
          >
            Load earlier
          </Button>
        )}
      </div>
      {earlier.problem && (
        <Notice tone="danger" live>
          {earlier.problem.msg}
        </Notice>
      )}
      {shown.status === "failed" && shown.problem !== null ? (
        <FailedState problem={shown.problem} retry={shown.retry} />
      ) : shown.status === "reading" && rows.length === 0 ? (
        <div aria-busy="true" className="flex flex-1 flex-col gap-3 p-4">
          <Skeleton className="h-5 w-1/3" />
          <Skeleton className="h-5 w-2/3" />
          <Skeleton className="h-5 w-1/2" />
        </div>
      ) : rows.length === 0 ? (
        <div className="flex-1">
          {isFiltering(filter) ? (
            <EmptyState
              icon={ListFilter}
              title="Nothing here matches"
              text="Only the events that are loaded are looked at."
              action={<Button onClick={clear}>Show everything</Button>}
            />
          ) : (
            <EmptyState
              title="Nothing has happened yet"
              text="The first decision appears here as soon as it begins."
            />
          )}
        </div>
      ) : (
        <TimelineList
          sessionId={feed.id}
          rows={rows}
          at={at}
          onShowStep={onShowStep}
          onAtEnd={setAtEnd}
          handle={list}
        />
      )}
      {speaks && at === null && <JustNow feed={feed} />}
    </Panel>
  );
}

function spanText(events: readonly { seq: number }[]): string {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return "No events";
  return `Events ${formatNumber(first.seq)} to ${formatNumber(last.seq)}`;
}
