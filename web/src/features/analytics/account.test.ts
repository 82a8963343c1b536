import { expect, it } from "vitest";
import { someFigures } from "@/features/leaderboard/builders";
import type { RoundTrip } from "@/lib/round-trips";
import { accountOf, bySymbol, evaluationTrips, topicOf } from "./account";

const times = ["2017-01-03T21:00:00Z", "2017-01-04T21:00:00Z"];

function aPerformance(equities: number[], profit: number) {
  return {
    topic: "session/1",
    times,
    equities,
    exposures: [0.5, 1],
    benchmark: [100, 105],
    summary: someFigures({ profit }),
  };
}

it("an account that begins with its balance is taken as it is", () => {
  const account = accountOf(aPerformance([100, 110], 10));

  expect(account).toMatchObject({ equity: [100, 110], exposure: [0.5, 1], balance: 100 });
  expect(account.x[1]! - account.x[0]!).toBe(86_400);
});

it("an account that had traded before its first mark has the balance before it", () => {
  const account = accountOf(aPerformance([99, 110], 10));

  expect(account).toMatchObject({
    times: [times[0], ...times],
    equity: [100, 99, 110],
    exposure: [0, 0.5, 1],
    benchmark: [100, 100, 105],
  });
});

it("a closed trade of an evaluation is a round trip at its bars' times; an open one is none", () => {
  const trade = { open_at: 0, open_price: 10, close_at: 1, close_price: 12, side: 1 as const };
  const trips = evaluationTrips(
    [
      { ...trade, amount: 5, profit: 9 },
      { ...trade, amount: 5, profit: 0, close_at: null, close_price: null },
    ],
    times,
    "GOOGL",
  );

  expect(trips).toHaveLength(1);
  expect(trips[0]).toMatchObject({
    symbol: "GOOGL",
    openedAt: times[0],
    closedAt: times[1],
    fees: 1,
  });
});

it("each symbol has its profit, its trades and how many of them won", () => {
  const trip = (symbol: string, profit: number) => ({ symbol, profit }) as RoundTrip;
  const found = bySymbol([trip("A", 5), trip("B", 30), trip("A", -20)]);

  expect(found.map(({ symbol }) => symbol)).toEqual(["B", "A"]);
  expect(found[1]).toMatchObject({ profit: -15, trades: 2, winRate: 0.5, best: 5, worst: -20 });
});

it("a topic is a training or a session with its number", () => {
  expect(topicOf("training/7")).toEqual({ kind: "training", id: 7 });
  expect(topicOf("session/04")).toBeNull();
  expect(topicOf("bot/4")).toBeNull();
});
