import { describe, expect, it } from "vitest";
import type { TrainingEvent } from "@/api/feeds/training-feed";
import { anEpisode, anEvaluationTrade } from "./builders";
import { lineOf, linesShown } from "./log-lines";

const at = "2026-01-01T00:00:00Z";
const events: TrainingEvent[] = [
  { seq: 1, kind: "state", data: { id: 7, state: "failed", reason: "no bars" } },
  {
    seq: 2,
    kind: "params",
    data: { id: 7, changed: { lr: 0.5, batch_size: 1_024 }, step: 12_345 },
  },
  { seq: 3, kind: "episode", data: anEpisode({ episode: 4, best: true }) },
  { seq: 4, kind: "episode", data: anEpisode({ first_episode: 5, episode: 9, bust: true }) },
  { seq: 5, kind: "trade", data: anEvaluationTrade({ side: -1, profit: -2 }) },
  { seq: 6, kind: "log", data: { level: "warning", text: "slow", at } },
  { seq: 7, kind: "error", data: { code: "internal", msg: "It broke.", field: null } },
];

describe("a line of the event log", () => {
  it("says each kind of event in words", () => {
    expect(events.map((event) => lineOf(event).text)).toEqual([
      "Failed: no bars",
      "Learning rate is 0.5, Batch size is 1,024 from step 12,345 on",
      "Episode 4: profit +12.50, 3 trades, the best weights so far",
      "Episodes 5 to 9, the last one: profit +12.50, 3 trades, it lost everything",
      "Validation after episode 1: short 10,000 from 1.10000 to 1.20000, −2.00",
      "slow",
      "It broke.",
    ]);
  });

  it("has the event's number, and its time where that is known", () => {
    const lines = events.map(lineOf);
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(lines.flatMap((line) => line.at ?? [])).toEqual([at]);
  });

  it("marks warnings and what went wrong", () => {
    const tones = events.map((event) => lineOf(event).tone);
    expect(tones).toEqual(["danger", "plain", "plain", "plain", "plain", "warn", "danger"]);
  });
});

describe("the lines that are shown", () => {
  const numbers = (kind: string, search: string) =>
    linesShown(events, kind, search).map(({ seq }) => seq);

  it("are all of them unless something is asked for", () => {
    expect(numbers("", " ")).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("are those of a kind, with a text, or with a number", () => {
    expect(numbers("episode", "")).toEqual([3, 4]);
    expect(numbers("", "LEARNING")).toEqual([2]);
    expect(numbers("", "#5")).toEqual([5]);
    expect(numbers("trade", "best")).toEqual([]);
  });
});
