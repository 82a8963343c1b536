import { twoAlgorithms } from "@/features/algorithms/builders";
import type { FoundSymbol } from "@/features/start-training/symbols";

/** A symbol of a source as a test needs it. */
export function aSymbol(changes: Partial<FoundSymbol> = {}): FoundSymbol {
  return {
    symbol: "EURUSD",
    name: "Euro in US dollars",
    source: "sample",
    periods: ["1h"],
    first: "2017-01-01T22:00:00Z",
    last: "2017-12-29T21:00:00Z",
    bars: 6_225,
    age_s: 280_701_256,
    ...changes,
  };
}

const SYMBOLS = [aSymbol(), aSymbol({ symbol: "GOOGL", name: "Alphabet", periods: ["1d"] })];

/** What a platform with the bundled samples answers to what a start dialog reads. */
export function answerToStart(path: string, asked: { query?: { q?: string } } = {}): unknown {
  switch (path) {
    case "/api/algorithms":
      return twoAlgorithms();
    case "/api/symbols":
      return { symbols: SYMBOLS.filter(({ symbol }) => symbol === asked.query?.q) };
    default:
      return { date_range: [], closes: [] };
  }
}
