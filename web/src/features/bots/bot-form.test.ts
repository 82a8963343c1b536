import { describe, expect, it } from "vitest";
import {
  botChanges,
  botFaults,
  botRequest,
  botTexts,
  dropsWeights,
  newBotTexts,
} from "@/features/bots/bot-form";
import { aBot } from "@/features/bots/builders";
import { parameter } from "@/lib/parameters";

describe("the form of a bot", () => {
  it("makes a bot that works as it is", () => {
    expect(botFaults(newBotTexts("Ada"), [])).toEqual({});
    expect(botRequest(newBotTexts("Ada"))).toEqual({
      name: "Ada",
      lr: 0.001,
      gamma: 0.97,
      hidden_layers: 43,
      depth: 2,
      discounter_rate: 80,
      algorithm: parameter("BotsCreate", "algorithm").default,
      encoder: parameter("BotsCreate", "encoder").default,
    });
  });

  it("finds what is wrong while it is typed", () => {
    const texts = { ...newBotTexts("Ada"), lr: "0", depth: "2.5" };
    expect(botFaults(texts, ["Ada"])).toEqual({
      name: "You have a bot named Ada already.",
      lr: "Above 0.",
      depth: "Write a whole number.",
    });
  });

  it("sends only what was changed", () => {
    const bot = aBot();
    expect(botChanges(bot, botTexts(bot))).toEqual({});
    expect(botChanges(bot, { ...botTexts(bot), name: "Bob", lr: "1e-3", gamma: "0.5" })).toEqual({
      new_name: "Bob",
      gamma: 0.5,
    });
  });

  it("knows when a change makes the bot forget", () => {
    expect(dropsWeights(aBot({ trained: true }), { hidden_layers: 64 })).toBe(true);
    expect(dropsWeights(aBot({ trained: true }), { algorithm: "dqn" })).toBe(true);
    expect(dropsWeights(aBot({ trained: true }), { encoder: "gru" })).toBe(true);
    expect(dropsWeights(aBot({ trained: true }), { lr: 0.1 })).toBe(false);
    expect(dropsWeights(aBot(), { depth: 3 })).toBe(false);
  });
});
