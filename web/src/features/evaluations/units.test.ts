import { describe, expect, it } from "vitest";
import type { EvaluationEvent } from "@/api/feeds/evaluation-feed";
import { standingsOf, unitsOf } from "@/features/evaluations/units";

function judged(seq: number, algorithm: string, seed: number, found: number | null, fold = 1) {
  const data = { id: 7, algorithm, seed, fold, total_return: found, trades: 3, episodes: 9 };
  return { seq, kind: "unit", data } satisfies EvaluationEvent;
}

describe("what is judged", () => {
  it("stands there the newest first, each training once, and nothing else", () => {
    const units = unitsOf([
      judged(1, "dqn", 1, 0.1),
      { seq: 2, kind: "state", data: { id: 7, state: "running" } },
      judged(3, "dqn", 2, 0.2),
      judged(4, "dqn", 1, 0.3),
    ]);
    expect(units.map(({ seq, total_return: found }) => [seq, found])).toEqual([
      [4, 0.3],
      [3, 0.2],
    ]);
  });

  it("says how far each algorithm is, also one that has not begun", () => {
    const units = unitsOf([
      judged(1, "dqn", 1, 0.1),
      judged(2, "dqn", 1, null, 2),
      judged(3, "dqn", 2, 0.3),
    ]);
    const evaluation = { algorithms: ["dqn", "ppo"], seeds: 2, folds: 2 };
    const [dqn, ppo] = standingsOf(evaluation, units);
    expect(dqn).toMatchObject({ algorithm: "dqn", done: 3, all: 4 });
    expect(dqn?.median).toBeCloseTo(0.2);
    expect(ppo).toEqual({ algorithm: "ppo", done: 0, all: 4, median: null });
  });
});
