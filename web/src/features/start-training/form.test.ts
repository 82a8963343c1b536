import { describe, expect, it } from "vitest";
import { Problem } from "@/api/problem";
import type { Bot } from "@/api/types";
import { aBot } from "@/features/bots/builders";
import { botRequest, newBotTexts } from "@/features/bots/bot-form";
import {
  faultsOf,
  learningOf,
  otherParameters,
  startRequest,
  startTexts,
  usualBot,
  withBot,
  withLearning,
  type StartForm,
} from "@/features/start-training/form";
import { refusalOf } from "@/features/start-training/refusals";
import { parameter } from "@/lib/parameters";

const noQuery = new URLSearchParams();

function aForm(texts: Record<string, string> = {}, bot: string | null = "Ada"): StartForm {
  return { bot, newBot: newBotTexts("Bell"), texts: { ...startTexts(noQuery), ...texts } };
}

describe("the form of a start", () => {
  it("is ready to be sent as it is", () => {
    expect(faultsOf(aForm(), ["Ada"])).toEqual({});
    expect(startRequest(aForm())).toEqual({
      bot_name: "Ada",
      symbol: "EURUSD",
      period: "1h",
      train_data_percentage: 80,
      balance: 10_000,
      min_episodes: 10,
      max_episodes: 50,
      batch_size: 64,
      fresh: false,
    });
  });

  it("is ready with a new bot, too", () => {
    expect(faultsOf(aForm({}, null), ["Ada"])).toEqual({});
    expect(startRequest(aForm({}, null)).bot_name).toBe("Bell");
    expect(botRequest(newBotTexts("Bell"))).toEqual({
      name: "Bell",
      lr: 0.001,
      gamma: 0.97,
      hidden_layers: 43,
      depth: 2,
      discounter_rate: 80,
      algorithm: parameter("BotsCreate", "algorithm").default,
      encoder: parameter("BotsCreate", "encoder").default,
    });
  });

  it("asks for every parameter that the platform lists", () => {
    const names = otherParameters().map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "lr",
        "gamma",
        "environments",
        "rollout_workers",
        "device",
        "seed",
        "fee_bps",
        "slippage_bps",
        "fresh",
      ]),
    );
    expect(names).not.toContain("symbol");
    expect(names).not.toContain("algorithm");
    expect(names).not.toContain("encoder");
  });

  it("sends what was typed, and leaves out what was left empty", () => {
    const request = startRequest(aForm({ lr: "0.01", seed: "", fresh: "true", device: "" }));
    expect(request).toMatchObject({ lr: 0.01, fresh: true });
    expect(request).not.toHaveProperty("seed");
    expect(request).not.toHaveProperty("device");
  });

  it("finds what is wrong before the platform does", () => {
    expect(faultsOf(aForm({ lr: "2", balance: "0", max_episodes: "5" }), [])).toEqual({
      lr: "At most 1.",
      balance: "Above 0.",
      min_episodes: "At most as many as the most episodes.",
    });
  });

  it("finds what is wrong with a new bot, and only then", () => {
    const form = { ...aForm({}, null), newBot: { ...newBotTexts("Ada"), depth: "9" } };
    const faults = faultsOf(form, ["Ada"]);
    expect(faults["bot.name"]).toContain("already");
    expect(faults["bot.depth"]).toBe("At most 8.");
    expect(faultsOf({ ...form, bot: "Ada" }, ["Ada"])).toEqual({});
  });

  it("begins as the address says, as far as that can be", () => {
    const query = new URLSearchParams("symbol=GOOGL&max_episodes=4&lr=9&seed=7&start=1");
    expect(startTexts(query)).toMatchObject({
      symbol: "GOOGL",
      max_episodes: "4",
      min_episodes: "4",
      seed: "7",
    });
    expect(startTexts(query)).not.toHaveProperty("lr");
  });

  it("asks for another way to learn only where it is another than the bot's", () => {
    const own = { algorithm: "one", encoder: "mlp" };
    const ada = aBot(own);
    const other = withLearning(aForm(), ada, { algorithm: "two", encoder: "mlp" });
    expect(startRequest(aForm())).not.toHaveProperty("algorithm");
    expect(startRequest(other)).toMatchObject({ algorithm: "two" });
    expect(startRequest(other)).not.toHaveProperty("encoder");
    expect(learningOf(other, ada)).toEqual({ algorithm: "two", encoder: "mlp" });
    const both = withLearning(other, ada, { algorithm: "two", encoder: "gru" });
    expect(startRequest(both)).toMatchObject({ algorithm: "two", encoder: "gru" });
    const back = startRequest(withLearning(both, ada, own));
    expect(back).not.toHaveProperty("algorithm");
    expect(back).not.toHaveProperty("encoder");
  });

  it("gives a new bot what was chosen, so that its training need not say", () => {
    const two = { algorithm: "two", encoder: "gru" };
    const ada = aBot({ algorithm: "one" });
    const chosen = withBot(withLearning(aForm(), ada, two), null);
    expect(learningOf(chosen, null)).toEqual(two);
    expect(botRequest(chosen.newBot)).toMatchObject(two);
    expect(startRequest({ ...chosen, bot: "Bell" })).not.toHaveProperty("algorithm");
    expect(startRequest({ ...chosen, bot: "Bell" })).not.toHaveProperty("encoder");
    expect(withBot(chosen, "Ada")).toEqual({ ...chosen, bot: "Ada" });
    const one = { algorithm: "one", encoder: "mlp" };
    expect(learningOf(withLearning(chosen, null, one), null)).toEqual(one);
  });

  it("means the first bot that is free, or a new one", () => {
    const bots = [
      { name: "Ada", training_id: 7 },
      { name: "Bob", training_id: null },
    ] as Bot[];
    expect(usualBot(bots)).toBe("Bob");
    expect(usualBot(bots.slice(0, 1))).toBeNull();
    expect(usualBot([])).toBeNull();
  });
});

describe("a refused start", () => {
  it("is shown at its field", () => {
    const problem = new Problem("invalid", "period: 'zz' is not a period", "period", 422);
    expect(refusalOf(problem, "training")).toEqual({ faults: { period: problem.msg }, msg: null });
    const taken = new Problem("name_taken", "you already have a bot named 'Ada'", "name", 409);
    expect(refusalOf(taken, "bot")).toEqual({ faults: { "bot.name": taken.msg }, msg: null });
  });

  it("is shown beside the button if it has no field here", () => {
    const problem = new Problem("quota_exceeded", "too many trainings", null, 429);
    expect(refusalOf(problem, "training")).toEqual({ faults: {}, msg: problem.msg });
    expect(refusalOf(new Problem("x", "y", "elsewhere"), "bot").msg).toBe("y");
    expect(refusalOf(null, "bot")).toEqual({ faults: {}, msg: null });
  });
});
