import { describe, expect, it } from "vitest";
import { aSymbol } from "@/features/agents/builders";
import { commonDates, mostDecisions, presetsOf, rangeFaults } from "@/features/agents/ranges";

const google = aSymbol();
const index = aSymbol({
  symbol: "^GSPC",
  first: "1999-01-04T00:00:00Z",
  last: "2018-12-31T00:00:00Z",
});
const endless = aSymbol({ symbol: "SINE", source: "synthetic", first: null, last: null });

describe("the dates of an agent's symbols", () => {
  it("are those on which all of them have bars", () => {
    const universe = ["^GSPC", "GOOGL", "SINE", "UNKNOWN"];
    expect(commonDates([google, index, endless], { universe })).toEqual({
      start: "2009-05-22",
      end: "2018-08-29",
    });
  });

  it("are not known where no source tells, or there are none in common", () => {
    expect(commonDates([google], { universe: ["AAPL"] })).toBeNull();
    expect(commonDates([google], { universe: ["GOOGL"], source: "yahoo" })).toBeNull();
    const old = aSymbol({ symbol: "OLD", last: "2008-01-01T00:00:00Z" });
    expect(commonDates([google, old], { universe: ["GOOGL", "OLD"] })).toBeNull();
  });
});

describe("the usual ranges", () => {
  it("are the last year of the data, 2017 and all of it", () => {
    const found = presetsOf({ start: "2009-05-22", end: "2018-08-29" }, "2026-01-31");
    expect(found.map(({ id, start, end }) => [id, start, end])).toEqual([
      ["last-year", "2017-08-30", "2018-08-29"],
      ["2017", "2017-01-01", "2017-12-31"],
      ["all", "2009-05-22", "2018-08-29"],
    ]);
  });

  it("stay within the data, and none is there twice", () => {
    const found = presetsOf({ start: "2017-01-02", end: "2017-12-29" }, "2026-01-31");
    expect(found.map(({ id, start, end }) => [id, start, end])).toEqual([
      ["last-year", "2017-01-02", "2017-12-29"],
    ]);
  });

  it("end today where nothing is known", () => {
    expect(presetsOf(null, "2026-03-01")).toEqual([
      { id: "last-year", label: "Last year", start: "2025-03-02", end: "2026-03-01" },
    ]);
  });
});

it("says what is wrong with a range", () => {
  expect(rangeFaults({ start: "", end: "2017-01-01" })).toEqual({
    start: "Choose the first date.",
  });
  expect(rangeFaults({ start: "2017-01-02", end: "" })).toEqual({ end: "Choose the last date." });
  expect(rangeFaults({ start: "2017-01-02", end: "2017-01-01" })).toEqual({
    end: "It is before the first date.",
  });
  expect(rangeFaults({ start: "2017-01-01", end: "2017-01-01" })).toEqual({});
});

it("counts working days and weeks, and no bars within a day", () => {
  expect(mostDecisions({ start: "2017-01-01", end: "2017-12-31" }, "1d")).toBe(260);
  expect(mostDecisions({ start: "2017-01-06", end: "2017-01-09" }, "1d")).toBe(2);
  expect(mostDecisions({ start: "2017-01-01", end: "2017-01-14" }, "1w")).toBe(2);
  expect(mostDecisions({ start: "2017-01-01", end: "2017-12-31" }, "1h")).toBeNull();
});
