import { describe, expect, it } from "vitest";
import { aTraining } from "@/api/feeds/builders";
import { aBot } from "@/features/bots/builders";
import {
  evaluatedOf,
  lastResults,
  ownTrainings,
  profitsOf,
  searched,
  sharpesOf,
} from "@/features/bots/results";

const validation = { profit: 500, sharpe: 1.5, trades: 4, max_drawdown: 0.1, buy_and_hold: 50 };
const outOfSample = { ...validation, profit: -200, sharpe: null, buy_and_hold: 100 };

describe("the results of a bot", () => {
  it("leave out those of a deleted bot of the same name", () => {
    const trainings = [
      aTraining({ id: 3, created_at: "2026-03-01T00:00:00Z" }),
      aTraining({ id: 2, created_at: "2026-03-01T00:00:00Z", bot_name: "Bob" }),
      aTraining({ id: 1, created_at: "2026-01-01T00:00:00Z" }),
    ];
    const bot = aBot({ created_at: "2026-02-01T00:00:00.5Z" });
    expect(ownTrainings(bot, trainings).map(({ id }) => id)).toEqual([3]);
  });

  it("have the newest training that was evaluated as the last one", () => {
    const trainings = [
      aTraining({ id: 3 }),
      aTraining({ id: 2, out_of_sample: outOfSample }),
      aTraining({ id: 1, out_of_sample: outOfSample }),
    ];
    expect(lastResults([aBot()], trainings).get("Ada")?.id).toBe(2);
    expect(lastResults([aBot({ name: "Bob" })], trainings).size).toBe(0);
  });

  it("are shares of the starting balance, the oldest first", () => {
    const trainings = [
      aTraining({ id: 3 }),
      aTraining({ id: 2, validation, out_of_sample: { ...outOfSample, profit: 300 } }),
      aTraining({ id: 1, validation, out_of_sample: outOfSample, starting_balance: 1_000 }),
    ];
    const evaluated = evaluatedOf(trainings);
    expect(evaluated.map(({ id }) => id)).toEqual([1, 2]);
    expect(profitsOf(evaluated)).toEqual({
      order: [1, 2],
      validation: [0.5, 0.05],
      outOfSample: [-0.2, 0.03],
      buyAndHold: [0.1, 0.01],
    });
    expect(sharpesOf(evaluated)).toMatchObject({
      validation: [1.5, 1.5],
      outOfSample: [null, null],
      buyAndHold: [null, null],
    });
  });

  it("are found by any part of the name", () => {
    const bots = [aBot(), aBot({ name: "Momentum hunter" })];
    expect(searched(bots, "HUNT mom").map(({ name }) => name)).toEqual(["Momentum hunter"]);
    expect(searched(bots, " ")).toHaveLength(2);
  });
});
