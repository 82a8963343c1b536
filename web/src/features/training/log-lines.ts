import type { TrainingEvent } from "@/api/feeds/training-feed";
import { formatMoney, formatNumber, formatPrice } from "@/lib/format";
import { stateWord } from "@/ui/badge";
import { partNames, type Episode, type EvaluationTrade } from "./parts";
import { parameterLabel, parameterText } from "./parameter-words";

export type LineKind = TrainingEvent["kind"];
export type LineTone = "plain" | "warn" | "danger";

/** A numbered event as a person reads it. */
export interface LogLine {
  seq: number;
  kind: LineKind;
  text: string;
  tone: LineTone;
  /** Where it is known. */
  at: string | null;
}

export const kindNames: Record<LineKind, string> = {
  state: "State",
  params: "Change",
  episode: "Episode",
  trade: "Trade",
  log: "Message",
  error: "Error",
};

const lines = new WeakMap<TrainingEvent, LogLine>();

/** Return the event's line; it is written once per event. */
export function lineOf(event: TrainingEvent): LogLine {
  const known = lines.get(event) ?? written(event);
  lines.set(event, known);
  return known;
}

function written(event: TrainingEvent): LogLine {
  const { seq, kind } = event;
  const line = { seq, kind, tone: "plain", at: null } as const;
  switch (event.kind) {
    case "state": {
      const { state, reason } = event.data;
      const tone = state === "failed" ? "danger" : "plain";
      return { ...line, tone, text: `${stateWord(state)}${reason ? `: ${reason}` : ""}` };
    }
    case "params":
      return { ...line, text: changeText(event.data.changed, event.data.step) };
    case "episode":
      return { ...line, text: episodeText(event.data) };
    case "trade":
      return { ...line, text: tradeText(event.data) };
    case "log": {
      const { level, text, at } = event.data;
      const tone = level === "error" ? "danger" : level === "warning" ? "warn" : "plain";
      return { ...line, at, tone, text };
    }
    case "error":
      return { ...line, tone: "danger", text: event.data.msg };
  }
}

/** What has changed, and from which step on. */
export function changeText(changed: Record<string, unknown>, step: number): string {
  const changes = Object.entries(changed).map(
    ([name, value]) => `${parameterLabel(name)} is ${parameterText(name, value)}`,
  );
  return `${changes.join(", ")} from step ${formatNumber(step)} on`;
}

function episodeText(episode: Episode): string {
  const { first_episode: first, episode: last, profit, trades, validation, best, bust } = episode;
  const which = first === last ? `Episode ${last}` : `Episodes ${first} to ${last}, the last one`;
  const facts = [
    `profit ${formatMoney(profit, { sign: true })}`,
    `${formatNumber(trades)} ${trades === 1 ? "trade" : "trades"}`,
  ];
  if (validation) facts.push(`validation ${formatMoney(validation.profit, { sign: true })}`);
  if (bust) facts.push("it lost everything");
  if (best) facts.push("the best weights so far");
  return `${which}: ${facts.join(", ")}`;
}

function tradeText(trade: EvaluationTrade): string {
  const { part, episode, side, amount, open_price: entry, close_price: exit, profit } = trade;
  const way = side === 1 ? "long" : "short";
  const until = exit === null ? "still open" : `to ${formatPrice(exit)}`;
  const result = formatMoney(profit, { sign: true });
  return `${partNames[part]} after episode ${episode}: ${way} ${formatNumber(amount)} from ${formatPrice(entry)} ${until}, ${result}`;
}

/** The lines of one kind (empty: of any) whose text or number holds what is searched. */
export function linesShown(
  events: readonly TrainingEvent[],
  kind: string,
  search: string,
): LogLine[] {
  const wanted = search.trim().toLowerCase();
  const found: LogLine[] = [];
  for (const event of events) {
    if (kind !== "" && event.kind !== kind) continue;
    const line = lineOf(event);
    if (wanted === "" || line.text.toLowerCase().includes(wanted) || wanted === `#${line.seq}`) {
      found.push(line);
    }
  }
  return found;
}
