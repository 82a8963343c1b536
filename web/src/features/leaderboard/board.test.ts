import { describe, expect, it } from "vitest";
import {
  cautions,
  filtered,
  inOrder,
  linesOf,
  shownTopics,
  sortOf,
  sortWord,
  type Filter,
} from "./board";
import { aScore, someFigures } from "./builders";

const all: Filter = { kind: "", symbol: "", name: "", isMine: false, from: "", until: "" };

describe("the filter", () => {
  const scores = [
    aScore("session/1", { name: "Ada" }),
    aScore("session/2", { mine: false, symbols: ["^GSPC", "GOOGL"] }),
    aScore("training/3", { kind: "bot", symbols: ["EURUSD"], start: "2015-02-19T21:00:00Z" }),
  ];
  const found = (filter: Partial<Filter>) =>
    filtered(scores, { ...all, ...filter }).map(({ topic }) => topic);

  it("takes everything where nothing is asked", () => {
    expect(found({})).toHaveLength(3);
  });

  it("takes by kind, symbol, part of a name and owner", () => {
    expect(found({ kind: "bot" })).toEqual(["training/3"]);
    expect(found({ symbol: "GOOGL" })).toEqual(["session/1", "session/2"]);
    expect(found({ name: " aD" })).toEqual(["session/1"]);
    expect(found({ isMine: true })).toEqual(["session/1", "training/3"]);
  });

  it("takes what lies within the dates, both of them included", () => {
    expect(found({ from: "2017-01-03" })).toEqual(["session/1", "session/2"]);
    expect(found({ until: "2017-06-30" })).toHaveLength(3);
    expect(found({ until: "2017-06-29" })).toEqual([]);
  });
});

describe("the lines", () => {
  it("are ranked by return, and each range has its benchmark once", () => {
    const figures = someFigures({ total_return: 0.3 });
    const later = { end: "2018-01-02T21:00:00Z" };
    const lines = linesOf([
      aScore("session/1"),
      aScore("session/2", { figures }),
      aScore("training/3", later),
    ]);

    expect(lines.map(({ rank, id }) => [rank, id.split("/").slice(0, 2).join("/")])).toEqual([
      [1, "session/2"],
      [2, "session/1"],
      [3, "training/3"],
      [null, "benchmark/GOOGL"],
      [null, "benchmark/GOOGL"],
    ]);
    expect(lines.at(-1)?.totalReturn).toBe(0.08);
  });

  it("have no benchmark where none is known", () => {
    const figures = someFigures({ benchmark_return: null });

    expect(linesOf([aScore("session/1", { figures })])).toHaveLength(1);
  });
});

describe("cautions", () => {
  it("are none where the interval leaves zero out and there is enough of everything", () => {
    expect(cautions(someFigures())).toEqual([]);
  });

  it("name luck, few bars and few trades", () => {
    const figures = someFigures({ return_low: -0.1, bars: 29, trades: 1 });

    expect(cautions(figures)).toEqual(["could be luck", "only 29 bars", "only 1 trade"]);
  });

  it("say nothing of luck where the interval is not known", () => {
    expect(cautions(someFigures({ return_low: null, return_high: null }))).toEqual([]);
  });
});

describe("the accounts that are drawn", () => {
  const scores = ["session/1", "session/2", "session/3", "session/4"].map((topic) => aScore(topic));

  it("are the first few, the benchmark aside, unless the address says which", () => {
    expect(shownTopics([], scores)).toEqual(["session/1", "session/2", "session/3"]);
    expect(shownTopics(["training/9", "x", "training/9"], scores)).toEqual(["training/9"]);
    expect(shownTopics(["none"], scores)).toEqual([]);
  });

  it("are eight at most", () => {
    const many = Array.from({ length: 12 }, (_, index) => `session/${index + 1}`);

    expect(shownTopics(many, scores)).toHaveLength(8);
  });
});

describe("the order", () => {
  it("is one word of the address", () => {
    expect(sortOf("-sharpe")).toEqual({ id: "sharpe", descending: true });
    expect(sortWord(sortOf("name"))).toBe("name");
  });

  it("puts what is not known last either way", () => {
    const rows = [3, null, 10, 1];

    expect(inOrder(rows, (row) => row, true)).toEqual([10, 3, 1, null]);
    expect(inOrder(rows, (row) => row, false)).toEqual([1, 3, 10, null]);
    expect(inOrder(["b", "A", "a10", "a2"], (row) => row, false)).toEqual(["A", "a2", "a10", "b"]);
  });
});
