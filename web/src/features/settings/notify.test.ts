import { describe, expect, it } from "vitest";
import { activeOf, endings, type EndingRun } from "@/features/settings/notify";

const money = (value: number) => `${value}`;
const aRun = (changes: Partial<EndingRun> = {}): EndingRun => ({
  kind: "training",
  id: 7,
  name: "Ada",
  state: "running",
  profit: 12,
  ...changes,
});

describe("the end of a run", () => {
  it("is told of one that was active before", () => {
    const before = activeOf([aRun(), aRun({ kind: "session", state: "paused" })]);
    const now = [aRun({ state: "finished" }), aRun({ kind: "session", state: "stopped" })];
    expect(endings(before, now, money)).toEqual([
      {
        tag: "training/7",
        title: "Training 7 of Ada has finished",
        body: "Profit 12",
        href: "/training?id=7",
      },
      {
        tag: "session/7",
        title: "Session 7 of Ada has been stopped",
        body: "Profit 12",
        href: "/session?id=7",
      },
    ]);
  });

  it("is not told of what had ended before, nor of what goes on", () => {
    const before = activeOf([aRun({ id: 1, state: "finished" }), aRun({ id: 2 })]);
    const now = [aRun({ id: 1, state: "finished" }), aRun({ id: 2, state: "paused" })];
    expect(endings(before, now, money)).toEqual([]);
  });

  it("has no profit where it failed, or where none counts", () => {
    const now = [aRun({ state: "failed" })];
    expect(endings(activeOf([aRun()]), now, money)[0]?.body).toBe("");
    const silent = [aRun({ state: "finished", profit: null })];
    expect(endings(activeOf([aRun()]), silent, money)[0]?.body).toBe("");
  });
});
