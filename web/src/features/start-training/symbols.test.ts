import { describe, expect, it } from "vitest";
import { aSymbol } from "@/features/start-training/builders";
import {
  chosenPeriod,
  chosenSource,
  knownOf,
  knownText,
  periodChoices,
  periodId,
  symbolOptions,
} from "@/features/start-training/symbols";

describe("the periods of a symbol", () => {
  it("are those that its sources have, and what can be made from them", () => {
    expect(periodChoices([aSymbol()], "")).toEqual([
      { id: "1h", madeFrom: null },
      { id: "4h", madeFrom: "1h" },
      { id: "1d", madeFrom: "1h" },
      { id: "1w", madeFrom: "1h" },
    ]);
  });

  it("are all where nothing is known, or a source has any", () => {
    expect(periodChoices([], "")).toHaveLength(8);
    expect(periodChoices([aSymbol({ periods: [] })], "")).toHaveLength(8);
  });

  it("are those of the source that was chosen", () => {
    const known = [aSymbol(), aSymbol({ source: "csv", periods: ["1d"] })];
    expect(periodChoices(known, "csv").map((choice) => choice.id)).toEqual(["1d", "1w"]);
  });

  it("keep one that is not usual", () => {
    const choices = periodChoices([aSymbol({ periods: ["2h"] })], "");
    expect(choices).toContainEqual({ id: "2h", madeFrom: null });
  });

  it("are read in both ways of writing", () => {
    expect(["H1", "60m", "1h", "M15", "D1", "w1"].map(periodId)).toEqual([
      "1h",
      "1h",
      "1h",
      "15m",
      "1d",
      "1w",
    ]);
  });

  it("give way to what the symbol has", () => {
    const daily = periodChoices([aSymbol({ symbol: "^GSPC", periods: ["1d"] })], "");
    expect(chosenPeriod(daily, "1h")).toBe("1d");
    expect(chosenPeriod(daily, "W1")).toBe("1w");
  });
});

describe("the source of a symbol", () => {
  it("is the one that was named", () => {
    expect(chosenSource([aSymbol()], "yahoo", "1h")).toBe("yahoo");
  });

  it("is the first that has the period, also one that must be named", () => {
    const known = [aSymbol({ source: "csv", periods: ["1d"] }), aSymbol({ source: "synthetic" })];
    expect(chosenSource(known, "", "1h")).toBe("synthetic");
    expect(chosenSource(known, "", "4h")).toBe("csv");
    expect(chosenSource([], "", "1h")).toBe("");
  });
});

describe("symbols that were found", () => {
  it("are one option each", () => {
    const found = [aSymbol(), aSymbol({ source: "csv", bars: 10, first: null, last: null })];
    expect(symbolOptions(found)).toEqual([
      {
        value: "EURUSD",
        label: "EURUSD · Euro in US dollars",
        hint: "Bundled sample, 1h, 6,225 bars, 2017-01-01 to 2017-12-29; CSV folder, 1h, 10 bars",
      },
    ]);
  });

  it("are known by their whole name only, in any case", () => {
    const found = [aSymbol(), aSymbol({ symbol: "EURUSDT" })];
    expect(knownOf(found, " eurusd ")).toEqual([found[0]]);
  });

  it("say when they are old", () => {
    expect(knownText([aSymbol()], "sample")).toBe(
      "Euro in US dollars. Bundled sample, 1h, 6,225 bars, 2017-01-01 to 2017-12-29. The last bar is 3,248 days old.",
    );
    expect(knownText([], "")).toBe("");
  });
});
