import { describe, expect, it, vi } from "vitest";
import { anEvaluationTrade } from "./builders";
import { EvaluationTrades, readNewest } from "./evaluation-trades";
import type { EvaluationTrade, Part } from "./parts";

const opened = (trades: readonly EvaluationTrade[]) => trades.map((trade) => trade.open_at);

describe("the trades of evaluations", () => {
  it("are those of the newest one of each part", () => {
    const trades = new EvaluationTrades();
    trades.take(anEvaluationTrade({ episode: 1, open_at: 5 }));
    trades.take(anEvaluationTrade({ episode: 3, open_at: 7 }));
    trades.take(anEvaluationTrade({ episode: 2, open_at: 6 }));
    trades.take(anEvaluationTrade({ episode: 1, open_at: 9, part: "out_of_sample" }));
    expect(trades.of("validation")).toMatchObject({ episode: 3, trades: [{ open_at: 7 }] });
    expect(trades.of("out_of_sample")).toMatchObject({ episode: 1, trades: [{ open_at: 9 }] });
  });

  it("are there once each, in the order of their bars, however they come", () => {
    const trades = new EvaluationTrades();
    for (const at of [9, 5, 9, 7]) trades.take(anEvaluationTrade({ episode: 0, open_at: at }));
    expect(opened(trades.of("validation")?.trades ?? [])).toEqual([5, 7, 9]);
  });

  it("are the same array until there are others", () => {
    const trades = new EvaluationTrades();
    trades.take(anEvaluationTrade({ open_at: 1 }));
    const before = trades.of("validation");
    trades.take(anEvaluationTrade({ open_at: 1 }));
    expect(trades.of("validation")).toBe(before);
    trades.take(anEvaluationTrade({ open_at: 2 }));
    expect(trades.of("validation")).not.toBe(before);
  });
});

describe("reading the newest evaluation", () => {
  /** Trades with their event numbers, in pages of two. */
  function aStore(trades: [seq: number, episode: number][]) {
    return vi.fn((_: Part, after: number) => {
      const found = trades.filter(([seq]) => seq > after);
      const page = found.slice(0, 2);
      return Promise.resolve({
        trades: page.map(([seq, episode]) => anEvaluationTrade({ open_at: seq, episode })),
        next: found.length > 2 ? (page.at(-1)?.[0] ?? null) : null,
      });
    });
  }

  it("finds all of its trades over several pages", async () => {
    const read = aStore([
      [10, 1],
      [11, 1],
      [5_000, 2],
      [5_001, 2],
      [5_002, 2],
    ]);
    expect(opened(await readNewest("validation", 5_010, read))).toEqual([5_000, 5_001, 5_002]);
  });

  it("looks no further back than it must", async () => {
    const read = aStore([
      [9_000, 1],
      [9_500, 2],
    ]);
    expect(opened(await readNewest("validation", 9_900, read))).toEqual([9_500]);
    expect(read.mock.calls).toEqual([["validation", 8_900]]);
  });

  it("goes back to the beginning where that is needed", async () => {
    const read = aStore([
      [3, 0],
      [4, 0],
    ]);
    expect(opened(await readNewest("validation", 90_000, read))).toEqual([3, 4]);
  });

  it("finds nothing where there is nothing", async () => {
    expect(await readNewest("validation", 50, aStore([]))).toEqual([]);
  });
});
