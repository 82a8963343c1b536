import { describe, expect, it } from "vitest";
import { modelOptions, needsKey, ownModelText } from "@/features/agents/base-models";
import { anAgent } from "@/features/agents/builders";
import { overlayOf } from "@/features/agents/overlay";
import { judgedSessions, latestSessions, returnOf, searched } from "@/features/agents/results";
import { shortUniverse, symbolsOf } from "@/features/agents/universe";
import { aSession } from "@/features/session/builders";

describe("the session that an agent is judged by", () => {
  it("is its active one, else its latest", () => {
    const sessions = [
      aSession({ id: 3, model_id: 1 }),
      aSession({ id: 9, model_id: 1 }),
      aSession({ id: 5, model_id: 2 }),
    ];
    const agents = [
      anAgent({ id: 1, session_id: 3 }),
      anAgent({ id: 2 }),
      anAgent({ id: 4, name: "New" }),
    ];
    const found = latestSessions(agents, sessions);
    expect([...found].map(([agent, { id }]) => [agent, id])).toEqual([
      [1, 3],
      [2, 5],
    ]);
  });

  it("has a return from its first step on", () => {
    expect(returnOf(aSession({ step: 2, profit: 500, balance: 10_000 }))).toBe(0.05);
    expect(returnOf(aSession({ step: 0, profit: 0 }))).toBeNull();
    expect(returnOf(undefined)).toBeNull();
  });
});

it("puts each session beside its line of the leaderboard, newest first", () => {
  const scores = [{ topic: "session/3" }] as never;
  const rows = judgedSessions([aSession({ id: 3 }), aSession({ id: 4 })], scores);
  expect(rows.map(({ session, score }) => [session.id, score?.topic ?? null])).toEqual([
    [4, null],
    [3, "session/3"],
  ]);
});

it("finds agents by name, model or symbol", () => {
  const agents = [anAgent(), anAgent({ name: "Momentum", base_model: "baseline/momentum" })];
  const names = (search: string) => searched(agents, search).map(({ name }) => name);
  expect(names("nor GPT")).toEqual(["Nora"]);
  expect(names("googl")).toEqual(["Nora", "Momentum"]);
  expect(names("baseline")).toEqual(["Momentum"]);
});

it("reads symbols from what was pasted, each once and in capitals", () => {
  expect(symbolsOf("googl, ^gspc;GOOGL\nbtc-usd  EURUSD=x,")).toEqual([
    "GOOGL",
    "^GSPC",
    "BTC-USD",
    "EURUSD=X",
  ]);
  expect(shortUniverse(["A", "B", "C", "D", "E"])).toBe("A, B, C and 2 more");
  expect(shortUniverse(["A"])).toBe("A");
});

describe("the models that may decide", () => {
  it("are the provider's with their prices, ours, and my bots", () => {
    const model = {
      id: "openai/gpt-5-mini",
      name: "GPT-5 mini",
      context_length: 400_000,
      input_price: 0.25,
      output_price: 2,
    };
    const options = modelOptions([model], ["Ada"]);
    expect(options[0]).toEqual({
      value: "openai/gpt-5-mini",
      label: "GPT-5 mini",
      hint: "openai/gpt-5-mini, 400K tokens of context, 0.25 USD in, 2.00 USD out per million tokens",
    });
    expect(options.at(-1)?.value).toBe("bot/Ada");
    expect(options.map(({ value }) => value)).toContain("baseline/buy-and-hold");
  });

  it("need a key unless they are ours", () => {
    expect(needsKey("openai/gpt-5-mini")).toBe(true);
    expect(["script/demo", "baseline/random", "bot/Ada"].some(needsKey)).toBe(false);
    expect(ownModelText("openai/gpt-5-mini")).toBeNull();
    expect(ownModelText("bot/Ada")).toContain("reads no instructions");
  });
});

describe("sessions on one chart", () => {
  const times = ["2017-01-03T21:00:00Z", "2017-01-04T21:00:00Z"];
  const later = ["2017-01-04T21:00:00Z", "2017-01-05T21:00:00Z"];
  const [x0, x1, x2] = [...times, later[1] ?? ""].map((time) => Date.parse(time) / 1_000);

  it("are returns at the places of all of them, with one benchmark for the same time", () => {
    const first = { times, equities: [100, 110], benchmark: [100, 105] };
    const curve = { name: "Session 1", balance: 100, performance: first };
    const { x, series } = overlayOf([
      curve,
      { ...curve, name: "Session 2", performance: { ...first, equities: [100, 90] } },
    ]);
    expect(x).toEqual([x0, x1]);
    expect(series.map(({ name }) => name)).toEqual(["Session 1", "Session 2", "Benchmark"]);
    expect(Array.from(series[0]?.values ?? []).at(-1)).toBeCloseTo(0.1);
    expect(series[2]?.dashed).toBe(true);
  });

  it("begin and end where they began and ended", () => {
    const { x, series } = overlayOf([
      { name: "1", balance: 1, performance: { times, equities: [1, 2], benchmark: null } },
      { name: "2", balance: 1, performance: { times: later, equities: [1, 3], benchmark: null } },
    ]);
    expect(x).toEqual([x0, x1, x2]);
    expect(series.map(({ values }) => Array.from(values))).toEqual([
      [0, 1, null],
      [null, 0, 2],
    ]);
  });
});
