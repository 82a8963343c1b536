import { useVirtualizer } from "@tanstack/react-virtual";
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type Ref,
} from "react";
import type { Row } from "./timeline";
import { TimelineRow } from "./timeline-row";

interface TimelineListProps {
  sessionId: number;
  rows: readonly Row[];
  /** The decision that is shown; null: the newest. */
  at: number | null;
  onShowStep: (step: number) => void;
  onAtEnd: (isAtEnd: boolean) => void;
  handle: Ref<TimelineListHandle>;
}

export interface TimelineListHandle {
  toEnd: () => void;
}

const END_PX = 24;

/** The rows that are seen of all; keeps to the newest unless it was scrolled up. */
export function TimelineList(props: TimelineListProps) {
  const { sessionId, rows, at, onShowStep, onAtEnd, handle } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  // Nothing that the virtualizer returns is kept beyond this component's own rendering.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heightOf(rows[index]),
    getItemKey: (index) => rows[index]?.seq ?? index,
    overscan: 6,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    useFlushSync: false,
    initialRect: { width: 0, height: 600 },
  });

  useImperativeHandle(handle, () => ({ toEnd: () => virtualizer.scrollToEnd() }), [virtualizer]);

  // The rows at the new end are drawn in the same frame: else a fast session would show blank ones.
  useLayoutEffect(() => {
    scroller.current?.dispatchEvent(new Event("scroll"));
  }, [rows]);

  const hasRows = rows.length > 0;
  useEffect(() => {
    if (hasRows && at === null) virtualizer.scrollToEnd();
    // Once when the first rows come, and when a replay has ended.
  }, [hasRows, at, virtualizer]);

  const shown = at === null ? -1 : rows.findIndex((row) => row.kind === "step" && row.step === at);
  useEffect(() => {
    if (shown >= 0) virtualizer.scrollToIndex(shown, { align: "start" });
  }, [shown, at, virtualizer]);

  const toggle = useCallback(
    (seq: number) =>
      setOpen((before) => {
        const next = new Set(before);
        if (!next.delete(seq)) next.add(seq);
        return next;
      }),
    [],
  );

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="region"
        aria-label="Decisions of the session"
        tabIndex={0}
        onScroll={() => onAtEnd(virtualizer.isAtEnd(END_PX))}
        className="absolute inset-0 overflow-y-auto -outline-offset-2 [overflow-anchor:none]"
      >
        <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${start}px)` }}
              >
                <TimelineRow
                  sessionId={sessionId}
                  row={row}
                  isOpen={open.has(row.seq)}
                  isCurrent={at !== null && row.step === at}
                  onToggle={toggle}
                  onShowStep={onShowStep}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function heightOf(row: Row | undefined): number {
  if (row?.kind === "tool") return row.result?.data.ok === false ? 48 : 28;
  if (row?.event.kind === "thought") return 28 + 20 * Math.floor(row.event.data.text.length / 90);
  return row?.kind === "step" ? 41 : 32;
}
