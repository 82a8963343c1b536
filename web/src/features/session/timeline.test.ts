import { describe, expect, it } from "vitest";
import { aCall, aFillEvent, aLine, aResult, aStep, aThought } from "./builders";
import { countUntil, coversStep, rowsOf } from "./timeline";
import { filtered, noFilter } from "./timeline-filter";

const events = [
  aStep(1, 1),
  aThought(2, 1, "I like GOOGL."),
  aCall(3, "1.1.0"),
  aCall(4, "1.1.1", "get_quote", { symbol: "^GSPC" }),
  aResult(5, "1.1.0", false, { error: { says: "too large" } }),
  aResult(6, "1.1.1", true, { close: 2257.83 }),
  aStep(7, 2),
  aFillEvent(8),
  aLine(9, "buy GOOGL was denied", "warning"),
  aLine(10, "all is well"),
];

const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);

describe("the rows of a session", () => {
  it("join each call with its own result, whatever came in between", () => {
    const rows = rowsOf(events);
    const calls = rows.flatMap((row) => (row.kind === "tool" ? [[row.seq, row.result?.seq]] : []));
    expect(calls).toEqual([
      [3, 5],
      [4, 6],
    ]);
  });

  it("show every event exactly once", () => {
    const shown = rowsOf(events).flatMap((row) =>
      row.kind === "tool" && row.result ? [row.seq, row.result.seq] : [row.seq],
    );
    expect(shown.sort((one, other) => one - other)).toEqual(seqs(events));
  });

  it("keep a result whose call is not here, and a second one", () => {
    const rows = rowsOf([aResult(5, "1.1.0"), aCall(6, "a"), aResult(7, "a"), aResult(8, "a")]);
    expect(rows.map(({ kind }) => kind)).toEqual(["result", "tool", "result"]);
  });

  it("belong to the decision before them", () => {
    expect(rowsOf(events).map(({ step }) => step)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  });
});

describe("the events up to a decision", () => {
  it("end before the next one begins", () => {
    expect(countUntil(events, 1)).toBe(6);
    expect(countUntil(events, 2)).toBe(10);
    expect(countUntil(events, 9)).toBe(10);
  });

  it("are all here once a later one is, or nothing comes any more", () => {
    expect(coversStep(events, 1, false)).toBe(true);
    expect(coversStep(events, 2, false)).toBe(false);
    expect(coversStep(events, 2, true)).toBe(true);
    expect(coversStep(events.slice(6), 1, true)).toBe(false);
    expect(coversStep([], 1, true)).toBe(false);
  });
});

describe("the filter of a session's rows", () => {
  const rows = rowsOf(events);

  it("lets all pass where nothing is asked for", () => {
    expect(filtered(rows, noFilter)).toEqual(rows);
  });

  it("shows kinds below the headings of their decisions", () => {
    expect(seqs(filtered(rows, { ...noFilter, kinds: ["thoughts"] }))).toEqual([1, 2]);
    expect(seqs(filtered(rows, { ...noFilter, kinds: ["fills"] }))).toEqual([7, 8]);
  });

  it("counts a refused call among the warnings", () => {
    expect(seqs(filtered(rows, { ...noFilter, kinds: ["warnings"] }))).toEqual([1, 3, 7, 9]);
  });

  it("shows what is about a symbol", () => {
    expect(seqs(filtered(rows, { ...noFilter, symbol: "GOOGL" }))).toEqual([1, 2, 3, 7, 8, 9]);
    expect(seqs(filtered(rows, { ...noFilter, symbol: "^GSPC" }))).toEqual([1, 4]);
  });

  it("finds words in thoughts, in calls as they are read, and in results", () => {
    const find = (text: string) => seqs(filtered(rows, { ...noFilter, text }));
    expect(find("LIKE")).toEqual([1, 2]);
    expect(find("30% of equity")).toEqual([1, 3]);
    expect(find("2257")).toEqual([1, 4]);
    expect(find("nowhere")).toEqual([]);
  });
});
