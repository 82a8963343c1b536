import type { Schema } from "@/api/types";

export type Score = Schema<"ScoreMessage">;
export type Figures = Schema<"PerformanceFigures">;
export type Kind = Score["kind"] | "benchmark";

/** One line of the board: an account, or the benchmark of all accounts over the same range. */
export interface Line {
  id: string;
  kind: Kind;
  /** Place by return among the accounts that are shown. */
  rank: number | null;
  name: string;
  label: string;
  symbols: readonly string[];
  start: string;
  end: string;
  totalReturn: number | null;
  /** Null: a benchmark. */
  score: Score | null;
}

export interface Filter {
  kind: string;
  symbol: string;
  name: string;
  isMine: boolean;
  /** Dates such as 2017-01-31, or nothing: only what began on it or later, and ended on it or before. */
  from: string;
  until: string;
}

export function filtered(scores: readonly Score[], filter: Filter): Score[] {
  const name = filter.name.trim().toLowerCase();
  return scores.filter(
    (score) =>
      (filter.kind === "" || score.kind === filter.kind) &&
      (filter.symbol === "" || score.symbols.includes(filter.symbol)) &&
      (!filter.isMine || score.mine) &&
      (name === "" || score.name.toLowerCase().includes(name)) &&
      (filter.from === "" || score.start.slice(0, 10) >= filter.from) &&
      (filter.until === "" || score.end.slice(0, 10) <= filter.until),
  );
}

/** The accounts by return, and below them the benchmark of each range that they stand for. */
export function linesOf(scores: readonly Score[]): Line[] {
  const ranked = scores.toSorted(
    (one, other) => other.figures.total_return - one.figures.total_return,
  );
  const lines = ranked.map((score, index): Line => {
    const { topic, kind, name, label, symbols, start, end, figures } = score;
    const what = { id: topic, kind, name, label, symbols, start, end };
    return { ...what, rank: index + 1, totalReturn: figures.total_return, score };
  });
  return [...lines, ...benchmarksOf(ranked)];
}

function benchmarksOf(scores: readonly Score[]): Line[] {
  const found = new Map<string, Line>();
  for (const { symbols, start, end, figures } of scores) {
    const held = figures.benchmark_return;
    if (held === null) continue;
    const id = `benchmark/${rangeKey({ symbols, start, end })}/${held.toFixed(6)}`;
    if (found.has(id)) continue;
    const label = symbols.length > 1 ? "equal parts, then held" : "buy and hold";
    const what = { id, name: "Benchmark", label, symbols, start, end };
    found.set(id, { ...what, kind: "benchmark", rank: null, totalReturn: held, score: null });
  }
  return [...found.values()];
}

/** Accounts of the same key traded the same symbols over the same time. */
export function rangeKey({
  symbols,
  start,
  end,
}: {
  symbols: readonly string[];
  start: string;
  end: string;
}): string {
  return [symbols.toSorted().join("+"), start, end].join("/");
}

export const FEW_BARS = 60;
export const FEW_TRADES = 30;

/** Why a line proves little, each in a few words. */
export function cautions({ return_low: low, return_high: high, bars, trades }: Figures): string[] {
  const found: string[] = [];
  if (low !== null && high !== null && low <= 0 && high >= 0) found.push("could be luck");
  if (bars < FEW_BARS) found.push(bars === 1 ? "only 1 bar" : `only ${bars} bars`);
  if (trades < FEW_TRADES) found.push(trades === 1 ? "only 1 trade" : `only ${trades} trades`);
  return found;
}

export const MOST_SHOWN = 8;
const SHOWN_AT_FIRST = 3;
export const NONE_SHOWN = "none";

/** The accounts whose curves are drawn: those of the address, else the first few of the board. */
export function shownTopics(words: readonly string[], scores: readonly Score[]): string[] {
  if (words.length === 0) {
    return linesOf(scores)
      .flatMap(({ score }) => (score ? [score.topic] : []))
      .slice(0, SHOWN_AT_FIRST);
  }
  const topics = words.filter((word) => /^(session|training)\/[1-9]\d{0,9}$/.test(word));
  return [...new Set(topics)].slice(0, MOST_SHOWN);
}

export interface Sort {
  id: string;
  descending: boolean;
}

/** `-sharpe` is by Sharpe ratio, the highest first. */
export function sortOf(word: string): Sort {
  return { id: word.replace(/^-/, ""), descending: word.startsWith("-") };
}

export function sortWord({ id, descending }: Sort): string {
  return descending ? `-${id}` : id;
}

type SortValue = string | number | boolean | null | undefined;

/** In this order; what has no value stands last either way. */
export function inOrder<T>(
  rows: readonly T[],
  read: (row: T) => SortValue,
  descending: boolean,
): T[] {
  const known = rows.filter((row) => (read(row) ?? null) !== null);
  const rest = rows.filter((row) => (read(row) ?? null) === null);
  const sorted = known.toSorted((one, other) => compared(read(one), read(other)));
  return [...(descending ? sorted.reverse() : sorted), ...rest];
}

function compared(one: SortValue, other: SortValue): number {
  if (typeof one === "string" && typeof other === "string") {
    return one.localeCompare(other, "en", { numeric: true, sensitivity: "base" });
  }
  return Number(one) - Number(other);
}
