import { useSearchParams } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { useUrlState } from "@/ui/url-state";

export const speeds = [1, 4, 16] as const;
export type Speed = (typeof speeds)[number];

export interface Replay {
  /** The decision that is shown; null: the newest, or the end. */
  at: number | null;
  isPlaying: boolean;
  speed: Speed;
  show: (step: number | null) => void;
  play: (isPlaying: boolean) => void;
  setSpeed: (speed: Speed) => void;
}

const STEPS_PER_SECOND = 2;
const MOST_TICKS_PER_SECOND = 16;
const WRITE_AFTER_MS = 300;

/** Return how often a replay moves on, and by how many decisions. */
export function pace(speed: Speed): { everyMs: number; steps: number } {
  const perSecond = STEPS_PER_SECOND * speed;
  const steps = Math.ceil(perSecond / MOST_TICKS_PER_SECOND);
  return { everyMs: (1_000 * steps) / perSecond, steps };
}

/** Return the decision that an address names, if there is such a one. */
export function stepOfText(text: string | null, last: number): number | null {
  if (text === null || !/^\d{1,9}$/.test(text) || last < 1) return null;
  return Math.min(last, Math.max(1, Number(text)));
}

/**
 * What moment of a session is shown; the address follows when it rests.
 *
 * @param lastOf number of the newest decision; the same function each time
 */
export function useReplay(lastOf: () => number): Replay {
  const written = useSearchParams().get("at");
  const [, write] = useUrlState("at");
  const [state, setState] = useState(() => ({
    at: stepOfText(written, lastOf()),
    isPlaying: false,
    speed: 1 as Speed,
  }));
  const { at, isPlaying, speed } = state;

  useEffect(() => {
    const timer = setTimeout(() => write(at === null ? "" : String(at)), WRITE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [at, write]);

  useEffect(() => {
    if (!isPlaying) return;
    const { everyMs, steps } = pace(speed);
    const timer = setInterval(() => {
      setState((before) => {
        const last = lastOf();
        const next = Math.min(last, (before.at ?? 0) + steps);
        return { ...before, at: next, isPlaying: next < last };
      });
    }, everyMs);
    return () => clearInterval(timer);
  }, [isPlaying, speed, lastOf]);

  return useMemo(
    () => ({
      at,
      isPlaying,
      speed,
      show: (step) => setState((before) => ({ ...before, at: step, isPlaying: false })),
      play: (on) =>
        setState((before) => {
          const isAtEnd = before.at === null || before.at >= lastOf();
          return { ...before, at: on && isAtEnd ? 1 : before.at, isPlaying: on };
        }),
      setSpeed: (next) => setState((before) => ({ ...before, speed: next })),
    }),
    [at, isPlaying, speed, lastOf],
  );
}
