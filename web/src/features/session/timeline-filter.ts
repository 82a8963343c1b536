import type { SessionEvent } from "@/api/feeds/session-feed";
import { callSentence, symbolOf } from "./readable";
import type { Row } from "./timeline";

export const kindsShown = ["thoughts", "tools", "fills", "warnings"] as const;
export type KindShown = (typeof kindsShown)[number];

export interface Filter {
  /** Empty: all kinds. */
  kinds: readonly KindShown[];
  symbol: string | null;
  text: string;
}

export const noFilter: Filter = { kinds: [], symbol: null, text: "" };

export function isFiltering({ kinds, symbol, text }: Filter): boolean {
  return kinds.length > 0 || symbol !== null || text.trim() !== "";
}

/** Return the rows that a reader wants to see, below the headings of their decisions. */
export function filtered(rows: readonly Row[], filter: Filter): Row[] {
  if (!isFiltering(filter)) return [...rows];
  const words = filter.text.trim().toLowerCase();
  const kept: Row[] = [];
  let heading: Row | null = null;
  for (const row of rows) {
    if (row.kind === "step") {
      heading = row;
      continue;
    }
    if (!hasKind(row, filter.kinds) || !isAbout(row, filter.symbol) || !says(row, words)) continue;
    if (heading !== null) kept.push(heading);
    heading = null;
    kept.push(row);
  }
  return kept;
}

function hasKind(row: Row, kinds: readonly KindShown[]): boolean {
  if (kinds.length === 0) return true;
  const kind = kindOf(row);
  if (kind !== null && kinds.includes(kind)) return true;
  return row.kind === "tool" && kinds.includes("warnings") && row.result?.data.ok === false;
}

function kindOf(row: Row): KindShown | null {
  switch (row.kind) {
    case "thought":
      return "thoughts";
    case "tool":
    case "result":
      return "tools";
    case "fill":
      return "fills";
    case "error":
      return "warnings";
    case "log":
      return row.event.kind === "log" && isWarning(row.event.data.level) ? "warnings" : null;
    default:
      return null;
  }
}

export function isWarning(level: string): boolean {
  return level === "warning" || level === "error";
}

/** A thought or a line is about a symbol that it names. */
function isAbout(row: Row, symbol: string | null): boolean {
  if (symbol === null) return true;
  if (row.kind === "tool") return symbolOf(row.event.data.arguments) === symbol;
  if (row.event.kind === "fill") return row.event.data.symbol === symbol;
  return textOf(row.event).includes(symbol.toLowerCase());
}

function says(row: Row, words: string): boolean {
  if (words === "") return true;
  if (textOf(row.event).includes(words)) return true;
  return row.kind === "tool" && row.result !== null && textOf(row.result).includes(words);
}

const texts = new WeakMap<SessionEvent, string>();

/** All that an event says, in small letters; worked out once for each. */
function textOf(event: SessionEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = searchable(event).toLowerCase();
  texts.set(event, text);
  return text;
}

function searchable(event: SessionEvent): string {
  switch (event.kind) {
    case "thought":
    case "log":
      return event.data.text;
    case "tool": {
      const { name, arguments: given } = event.data;
      return `${name} ${callSentence(name, given) ?? ""} ${JSON.stringify(given)}`;
    }
    case "result":
      return typeof event.data.data === "string"
        ? event.data.data
        : JSON.stringify(event.data.data);
    default:
      return JSON.stringify(event.data);
  }
}
