import { describe, expect, it } from "vitest";
import { aTraining } from "@/api/feeds/builders";
import { elapsedSeconds, pausedTime, remainingSeconds } from "./pace";

const progress = (current: number, max: number) => ({ current, max, percentage_done: 0 });
const half = aTraining({
  episodes: progress(4, 10),
  days: progress(50, 100),
  environments: 2,
  steps_per_second: 100,
});

describe("the remaining time", () => {
  it("is that of the steps that are left in all episodes", () => {
    expect(remainingSeconds(half)).toBe((5.5 * 100 * 2) / 100);
  });

  it("is not known while nothing moves, and after the end", () => {
    expect(remainingSeconds({ ...half, steps_per_second: 0 })).toBeNull();
    expect(remainingSeconds({ ...half, days: progress(0, 0) })).toBeNull();
    expect(remainingSeconds({ ...half, state: "stopped" })).toBeNull();
  });
});

describe("the elapsed time", () => {
  const started = { ...half, started_at: "2026-01-01T00:00:00Z" };
  const now = Date.parse("2026-01-01T00:01:00Z");

  it("goes from the start to now, or to the end", () => {
    expect(elapsedSeconds(started, null, now)).toBe(60);
    const ended = { ...started, state: "finished" as const, ended_at: "2026-01-01T00:00:40Z" };
    expect(elapsedSeconds(ended, null, now)).toBe(40);
  });

  it("stands still while it is paused", () => {
    const paused = { ...started, state: "paused" as const };
    expect(elapsedSeconds(paused, "2026-01-01T00:00:30Z", now)).toBe(30);
    expect(elapsedSeconds(paused, null, now)).toBeNull();
  });

  it("is not known before the start", () => {
    expect(elapsedSeconds({ ...half, started_at: null }, null, now)).toBeNull();
  });
});

describe("when it was paused", () => {
  const state = (seq: number, word: string) => ({
    seq,
    kind: "state",
    data: { state: word },
    at: `2026-01-01T00:00:0${seq}Z`,
  });

  it("is the time of the last such event", () => {
    const events = [state(1, "paused"), state(2, "running"), state(3, "paused")];
    expect(pausedTime(events)).toBe("2026-01-01T00:00:03Z");
    expect(pausedTime([state(1, "running")])).toBeNull();
  });
});
