import { describe, expect, it } from "vitest";
import type { Agent, Bot } from "@/api/types";
import { aTraining } from "@/api/feeds/builders";
import { happenings, totals, traders } from "@/features/home/overview";
import { shownSession, shownTraining, type ShownRun } from "@/features/home/shown-run";
import { aSession } from "@/features/home/builders";

const evaluated = (profit: number) => ({
  profit,
  sharpe: null,
  trades: 1,
  max_drawdown: null,
  buy_and_hold: null,
});
const bot = (name: string, state: Bot["state"] = "idle") => ({ name, state, trained: true }) as Bot;
const agent = (id: number, name: string) =>
  ({ id, name, state: "idle", base_model: "script/demo" }) as Agent;

function ended(id: number, name: string, at: string, profit = 100): ShownRun {
  return shownTraining(
    aTraining({
      id,
      bot_name: name,
      state: "finished",
      created_at: `${at}T00:00:00Z`,
      ended_at: `${at}T01:00:00Z`,
      out_of_sample: evaluated(profit),
    }),
  );
}

describe("my bots and agents", () => {
  it("begin with those that act, and go on with those that acted last", () => {
    const runs = [ended(1, "Old", "2026-01-01"), ended(2, "New", "2026-01-02")];
    const bots = [bot("Never"), bot("Old"), bot("New"), bot("Busy", "running")];
    const names = traders(bots, [], runs).map(({ name }) => name);
    expect(names).toEqual(["Busy", "New", "Old", "Never"]);
  });

  it("are judged by their newest run that came to something", () => {
    const running = shownTraining(aTraining({ id: 3, created_at: "2026-01-03T00:00:00Z" }));
    const runs = [running, ended(2, "Ada", "2026-01-02", 50), ended(1, "Ada", "2026-01-01", 10)];
    const [ada] = traders([bot("Ada", "running")], [], runs);
    expect([ada?.latest?.id, ada?.judged?.id]).toEqual([3, 2]);
    expect(ada?.judged?.result).toEqual({
      profit: 50,
      fraction: 0.005,
      where: "out of sample",
    });
  });

  it("keep what a renamed agent did", () => {
    const runs = [shownSession(aSession({ model_id: 4, model_name: "Before" }))];
    expect(traders([], [agent(4, "After"), agent(5, "Before")], runs)[0]?.name).toBe("After");
  });
});

describe("what happened last", () => {
  it("has each beginning and each end, the newest first", () => {
    const runs = [ended(1, "Ada", "2026-01-01"), ended(2, "Bob", "2026-01-02")];
    const keys = happenings(runs, 3).map(({ key }) => key);
    expect(keys).toEqual(["training/2 ended", "training/2 started", "training/1 ended"]);
  });

  it("has no end of what goes on", () => {
    expect(happenings([shownTraining(aTraining())], 9).map(({ what }) => what)).toEqual([
      "started",
    ]);
  });
});

describe("what runs now", () => {
  it("is counted by kind, and what waits or is paused apart", () => {
    const runs = [
      shownTraining(aTraining({ state: "running", profit: 10, trades: 2 })),
      shownTraining(aTraining({ state: "queued", profit: 0, trades: 0 })),
      shownSession(aSession({ state: "paused", profit: -4, fills: 3 })),
    ];
    expect(totals(runs)).toEqual({
      trainings: 1,
      sessions: 0,
      paused: 1,
      waiting: 1,
      profit: 6,
      trades: 5,
    });
  });
});
