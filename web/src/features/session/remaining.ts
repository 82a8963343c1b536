import { useEffect, useRef, useState } from "react";
import type { SessionFeed } from "@/api/feeds/session-feed";

export interface Sample {
  /** Milliseconds. */
  at: number;
  step: number;
}

const KEPT_MS = 60_000;
const LEAST_MS = 3_000;

/** Return the samples of the last minute with a new one; a step back or a pause begins anew. */
export function sampled(samples: readonly Sample[], next: Sample): Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && next.step < last.step) return [next];
  return [...samples.filter(({ at }) => next.at - at <= KEPT_MS), next];
}

/** Return the seconds to the last step at the pace of the samples, or null where nobody can tell. */
export function remainingSeconds(samples: readonly Sample[], steps: number | null): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (steps === null || first === undefined || last === undefined) return null;
  const [took, done] = [last.at - first.at, last.step - first.step];
  if (took < LEAST_MS || done <= 0) return null;
  return ((steps - last.step) * took) / done / 1_000;
}

/** How long a session may still take, worked out once a second while it runs. */
export function useRemaining(feed: SessionFeed, isRunning: boolean): number | null {
  const [seconds, setSeconds] = useState<number | null>(null);
  const samples = useRef<Sample[]>([]);
  useEffect(() => {
    if (!isRunning) return;
    samples.current = [];
    const timer = setInterval(() => {
      const { run } = feed;
      if (run === null) return;
      samples.current = sampled(samples.current, { at: Date.now(), step: run.step });
      setSeconds(remainingSeconds(samples.current, run.steps));
    }, 1_000);
    return () => clearInterval(timer);
  }, [feed, isRunning]);
  return isRunning ? seconds : null;
}
