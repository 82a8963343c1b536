import { describe, expect, it } from "vitest";
import { aTraining } from "@/api/feeds/builders";
import { aSession } from "@/features/home/builders";
import { marketOf, shownSession, shownTraining } from "@/features/home/shown-run";
import { thinned } from "@/features/home/use-equity";

describe("a training on home", () => {
  it("is as far as its episodes, with the part of the one under way", () => {
    const episodes = { current: 3, max: 10, percentage_done: 30 };
    const days = { current: 50, max: 100, percentage_done: 50 };
    const run = shownTraining(aTraining({ episodes, days }));
    expect(run.progress).toBeCloseTo(0.35);
    expect(run.progressText).toBe("episode 4 of 10, bar 50 of 100");
  });

  it("is done when all episodes are", () => {
    const whole = { current: 10, max: 10, percentage_done: 100 };
    expect(shownTraining(aTraining({ episodes: whole, days: whole })).progress).toBe(1);
  });

  it("has a speed only while it runs", () => {
    expect(shownTraining(aTraining({ steps_per_second: 1234.5 })).speed).toBe("1,235 steps/s");
    expect(shownTraining(aTraining({ state: "paused" })).speed).toBeNull();
  });

  it("counts what it earned outside of what it learned", () => {
    expect(shownTraining(aTraining({ profit: 5_000 })).result).toBeNull();
  });
});

describe("a session on home", () => {
  it("shows how long the model thinks about a decision", () => {
    const run = shownSession(aSession({ state: "running", ended_at: null }));
    expect([run.speed, run.progress, run.result]).toEqual(["2.0 s per decision", 0.5, null]);
  });

  it("has no end where it is live", () => {
    const run = shownSession(aSession({ live: true, steps: null, step: 4 }));
    expect([run.progress, run.progressText]).toEqual([null, "decision 4, live"]);
  });
});

describe("a market", () => {
  it("is named shortly, however many symbols it has", () => {
    expect(marketOf(["A", "B", "C"], "1d")).toBe("A, B, C 1d");
    expect(marketOf(["A", "B", "C", "D"], "1d")).toBe("A, B and 2 more 1d");
  });
});

describe("a sparkline's values", () => {
  it("are few, with the first and the last", () => {
    const values = Array.from({ length: 5_000 }, (_, index) => index);
    const few = thinned(values);
    expect([few.length, few[0], few.at(-1)]).toEqual([120, 0, 4_999]);
    expect(thinned([1, 2])).toEqual([1, 2]);
    expect(thinned([])).toEqual([]);
  });
});
