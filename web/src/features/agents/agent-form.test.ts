import { describe, expect, it } from "vitest";
import {
  agentChanges,
  agentFaults,
  agentRequest,
  agentTexts,
  newAgentTexts,
  otherFields,
} from "@/features/agents/agent-form";
import { anAgent } from "@/features/agents/builders";
import { previewRequest } from "@/features/agents/use-preview";
import { parameters } from "@/lib/parameters";

const NOTHING = new URLSearchParams();
const aNew = (changes = {}) => ({
  ...newAgentTexts("Sage", NOTHING),
  base_model: "script/demo",
  ...changes,
});

describe("the form of a new agent", () => {
  it("needs only a model beside what it shows at first", () => {
    expect(agentFaults(newAgentTexts("Sage", NOTHING), [])).toEqual({
      base_model: "Model is needed.",
    });
    expect(agentFaults(aNew(), [])).toEqual({});
  });

  it("begins with what the address says, where that is good", () => {
    const query = new URLSearchParams("base_model=baseline/random&period=1h&max_rounds=0");
    const texts = newAgentTexts("Sage", query);
    expect([texts.name, texts.base_model, texts.period, texts.max_rounds]).toEqual([
      "Sage",
      "baseline/random",
      "1h",
      "20",
    ]);
  });

  it("asks for everything that the platform takes, with its defaults", () => {
    const request = agentRequest(aNew({ balance: "", seed: "", universe: "googl, ^gspc" }));
    expect(Object.keys(request).toSorted()).toEqual(
      parameters("AgentsCreate")
        .map(({ name }) => name)
        .toSorted(),
    );
    expect(request).toMatchObject({
      name: "Sage",
      balance: 10_000,
      seed: null,
      prompt: "",
      universe: ["GOOGL", "^GSPC"],
      tools: ["trade", "price", "search", "math"],
      bots: [],
      provider: null,
      allow_short: true,
      is_public: false,
    });
  });

  it("says what is wrong where it is wrong", () => {
    const texts = aNew({
      name: "Nora",
      base_model: "gpt 5",
      universe: "",
      max_leverage: "5",
      max_cost: "0",
      prompt: "x".repeat(16_385),
    });
    expect(agentFaults(texts, ["Nora"])).toEqual({
      name: "You have an agent named Nora already.",
      base_model: "A model’s name has no spaces and only plain letters.",
      universe: "Symbols is needed.",
      max_leverage: "At most 4.",
      max_cost: "Above 0.",
      prompt: "At most 16,384 characters; these are 16,385.",
    });
  });

  it("takes one of my bots by its name, spaces and all", () => {
    expect(agentFaults(aNew({ base_model: "bot/Ada 2" }), [])).toEqual({});
    expect(agentFaults(aNew({ base_model: "bot/" }), [])).toHaveProperty("base_model");
    expect(agentRequest(aNew({ base_model: " script/demo " })).base_model).toBe("script/demo");
  });

  it("refuses a symbol that stands there twice, and what is no symbol", () => {
    expect(agentFaults(aNew({ universe: "GOOGL, googl" }), []).universe).toContain("twice");
    expect(agentFaults(aNew({ universe: "GOOGL, a b" }), [])).toHaveProperty("universe");
  });
});

describe("the form of an agent that there is", () => {
  it("shows it as it is, and asks for no change", () => {
    const agent = anAgent({ bots: ["Ada", "Bea 2"], source: "sample", temperature: 0.3 });
    expect(agentFaults(agentTexts(agent), [])).toEqual({});
    expect(agentChanges(agent, agentTexts(agent))).toBeNull();
  });

  it("asks for what is other than before, by the version that was looked at", () => {
    const agent = anAgent();
    const texts = {
      ...agentTexts(agent),
      name: "Olga",
      max_cost: "",
      prompt: "",
      universe: "GOOGL",
      allow_short: "false",
      max_rounds: "",
    };
    expect(agentChanges(anAgent({ max_rounds: 5 }), texts)).toEqual({
      version: 3,
      name: "Olga",
      max_cost: null,
      prompt: "",
      universe: ["GOOGL"],
      allow_short: false,
      max_rounds: 20,
    });
  });
});

it("shows a field that the platform has come to ask for under Other", () => {
  expect(otherFields()).toEqual([]);
  expect(otherFields([{ name: "prompt" }, { name: "mood" }])).toEqual(["mood"]);
});

describe("what is asked for to preview an unfinished form", () => {
  const previewed = (changes: object) => {
    const texts = aNew(changes);
    return previewRequest(texts, agentFaults(texts, ["Nora"]));
  };

  it("stands in for a name and a model that are not there yet", () => {
    expect(previewed({ name: "", base_model: "" })).toMatchObject({
      name: "Your agent",
      base_model: "script/demo",
    });
  });

  it("keeps a name that is only taken, and leaves out a wrong number", () => {
    expect(previewed({ name: "Nora", max_leverage: "9" })).toMatchObject({
      name: "Nora",
      max_leverage: 1,
    });
  });

  it("waits for symbols", () => {
    expect(previewed({ universe: "" })).toBeNull();
  });
});
