import { describe, expect, it } from "vitest";
import { firstTexts, requestFaults, requestOf } from "@/features/runs/request-form";

const evaluation = (changes: Record<string, string> = {}) => ({
  ...firstTexts("EvaluationsStart", { symbol: "GOOGL", period: "1d" }),
  ...changes,
});

describe("the form of a run", () => {
  it("can be sent as it is, with the platform's own defaults", () => {
    expect(requestFaults("EvaluationsStart", evaluation())).toEqual({});
    expect(requestOf("EvaluationsStart", evaluation())).toMatchObject({
      symbol: "GOOGL",
      period: "1d",
      seeds: 5,
      folds: 4,
      algorithms: [],
    });
  });

  it("leaves out what was left empty", () => {
    const request = requestOf(
      "EvaluationsStart",
      evaluation({ source: "", fee_bps: "", seed: "" }),
    );
    expect(Object.keys(request)).not.toEqual(expect.arrayContaining(["source"]));
    expect(request).not.toHaveProperty("fee_bps");
    expect(request).not.toHaveProperty("seed");
  });

  it("finds what is wrong before the platform does", () => {
    const texts = evaluation({ folds: "99", min_episodes: "60", max_episodes: "50", symbol: "" });
    expect(requestFaults("EvaluationsStart", texts)).toEqual({
      symbol: "Symbol is needed.",
      folds: "At most 50.",
      min_episodes: "At most as many as the most episodes.",
    });
  });
});
