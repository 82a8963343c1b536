"use client";

import { useSyncExternalStore } from "react";
import {
  dateOf,
  formatAge,
  formatDate,
  formatFull,
  formatTime,
  unknown,
  type Instant,
} from "@/lib/format";
import { usePreferences } from "@/lib/preferences";

interface TimeProps {
  at: Instant;
  show?: "time" | "date" | "seconds";
}

/** An instant in the zone that the reader prefers; the full one is its title. */
export function Time({ at, show = "time" }: TimeProps) {
  const zone = usePreferences((preferences) => preferences.zone);
  const date = dateOf(at);
  if (date === null) return <span>{unknown}</span>;
  const text =
    show === "date"
      ? formatDate(date, zone)
      : formatTime(date, zone, { seconds: show === "seconds" });
  return (
    <time
      dateTime={date.toISOString()}
      title={formatFull(date, zone)}
      className="whitespace-nowrap"
    >
      {text}
    </time>
  );
}

/** How long ago something was, kept up to date by one timer for the whole page. */
export function Age({ at }: { at: Instant }) {
  const zone = usePreferences((preferences) => preferences.zone);
  const now = useNow();
  const date = dateOf(at);
  if (date === null) return <span>{unknown}</span>;
  return (
    <time
      dateTime={date.toISOString()}
      title={formatFull(date, zone)}
      className="whitespace-nowrap"
      suppressHydrationWarning
    >
      {formatAge(date, now)}
    </time>
  );
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time in milliseconds, read once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}

/** Without a timer the last reading may be old. */
function snapshot(): number {
  if (timer === undefined) now = Math.max(now, Math.floor(Date.now() / 1000) * 1000);
  return now;
}
