"use client";

import { clsx } from "clsx";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, type ReactNode } from "react";
import { formatClock, formatFull } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { kindNames, type LineTone, type LogLine } from "./log-lines";

const HEIGHT = 380;
const LINE_HEIGHT = 28;
const NEAR_PX = 24;

interface EventLinesProps {
  lines: readonly LogLine[];
  /** Whether the newest line stays in sight. */
  isStuck: boolean;
  onStuck: (isStuck: boolean) => void;
  empty: ReactNode;
}

/** A long list of lines, of which only those in sight are drawn; the newest is the last. */
export function EventLines({ lines, isStuck, onStuck, empty }: EventLinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const oldest = useRef<number | null>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- read in this very render, never passed on
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => lines[index]?.seq ?? index,
    overscan: 12,
    initialRect: { width: 0, height: HEIGHT },
  });
  const height = virtualizer.getTotalSize();
  const first = lines[0]?.seq ?? null;
  useLayoutEffect(() => {
    const before = oldest.current;
    oldest.current = first;
    if (isStuck && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
    else if (before !== null && first !== null && first < before) {
      virtualizer.scrollToIndex(
        lines.findIndex(({ seq }) => seq >= before),
        { align: "start" },
      );
    }
  }, [height, lines, first, isStuck, virtualizer]);
  const onScroll = () => {
    const element = scroller.current;
    if (element === null) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    onStuck(below < NEAR_PX);
  };
  return (
    <div
      ref={scroller}
      role="region"
      aria-label="Events"
      tabIndex={0}
      onScroll={onScroll}
      style={{ height: HEIGHT }}
      className="border-line overflow-y-auto rounded-md border -outline-offset-2"
    >
      {lines.length === 0 ? (
        empty
      ) : (
        <ol className="relative" style={{ height }}>
          {virtualizer.getVirtualItems().map(({ index, start, key }) => {
            const line = lines[index];
            return (
              line && (
                <li
                  key={key}
                  ref={virtualizer.measureElement}
                  data-index={index}
                  data-seq={line.seq}
                  style={{ transform: `translateY(${start}px)` }}
                  className="absolute inset-x-0 top-0"
                >
                  <Line line={line} />
                </li>
              )
            );
          })}
        </ol>
      )}
    </div>
  );
}

const tones: Record<LineTone, string> = {
  plain: "text-ink",
  warn: "text-warn",
  danger: "text-danger",
};

function Line({ line }: { line: LogLine }) {
  const zone = usePreferences((preferences) => preferences.zone);
  return (
    <div className="border-line flex flex-wrap items-baseline gap-x-3 border-b px-3 py-1 text-sm leading-5 sm:flex-nowrap">
      <span className="text-muted shrink-0 font-mono text-xs sm:w-14 sm:text-right">
        {line.seq}
      </span>
      <span className="text-muted w-16 shrink-0 text-xs">{kindNames[line.kind]}</span>
      <span
        className={clsx("min-w-0 basis-full wrap-anywhere sm:flex-1 sm:basis-0", tones[line.tone])}
      >
        {line.text}
      </span>
      {line.at && (
        <time
          dateTime={line.at}
          title={formatFull(line.at, zone)}
          className="text-muted shrink-0 font-mono text-xs"
        >
          {formatClock(line.at, zone)}
        </time>
      )}
    </div>
  );
}
