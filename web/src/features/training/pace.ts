import { isActive } from "./states";
import type { Schema, Training } from "@/api/types";

type Paced = Pick<
  Training,
  "state" | "episodes" | "days" | "environments" | "steps_per_second" | "started_at" | "ended_at"
>;

/**
 * Seconds until all episodes are run at the speed of now, or null where nobody can say.
 *
 * With N environments an episode has passed when together they have made N passes.
 */
export function remainingSeconds(training: Paced): number | null {
  const { state, episodes, days, environments, steps_per_second: speed } = training;
  if (!isActive(state) || !(speed > 0) || days.max === 0) return null;
  const passed = episodes.current + Math.min(1, days.current / days.max);
  return (Math.max(0, episodes.max - passed) * days.max * environments) / speed;
}

/** Seconds since the training began, or until it ended or was paused; null: it has not begun. */
export function elapsedSeconds(
  { state, started_at: start, ended_at: end }: Paced,
  pausedAt: string | null,
  nowMs: number,
): number | null {
  if (start === null) return null;
  if (state === "paused" && pausedAt === null) return null;
  const until = state === "paused" ? pausedAt : end;
  const untilMs = until === null ? nowMs : Date.parse(until);
  return Math.max(0, (untilMs - Date.parse(start)) / 1000);
}

/** When a paused training was paused, from its latest events over REST. */
export function pausedTime(events: readonly Schema<"EventMessage">[]): string | null {
  const paused = events.findLast(({ kind, data }) => kind === "state" && data.state === "paused");
  return paused === undefined ? null : (paused.at ?? null);
}
