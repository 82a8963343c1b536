import type { SessionEvent } from "@/api/feeds/session-feed";

type Of<Kind extends SessionEvent["kind"]> = Extract<SessionEvent, { kind: Kind }>;
export type ToolEvent = Of<"tool">;
export type ResultEvent = Of<"result">;

/** What stands in one row: an event, or a tool call together with what it was answered. */
export type Row =
  | { kind: "tool"; seq: number; step: number | null; event: ToolEvent; result: ResultEvent | null }
  | {
      kind: Exclude<SessionEvent["kind"], "tool">;
      seq: number;
      step: number | null;
      event: Exclude<SessionEvent, ToolEvent>;
    };

/** Return the rows of these events in order; each event stands in exactly one of them. */
export function rowsOf(events: readonly SessionEvent[]): Row[] {
  const rows: Row[] = [];
  const calls = new Map<string, Extract<Row, { kind: "tool" }>>();
  let step: number | null = null;
  for (const event of events) {
    step = stepOf(event) ?? step;
    if (event.kind === "tool") {
      const row = { kind: "tool" as const, seq: event.seq, step, event, result: null };
      calls.set(event.data.call_id, row);
      rows.push(row);
    } else if (event.kind === "result" && answered(calls.get(event.data.call_id), event)) {
      continue;
    } else {
      rows.push({ kind: event.kind, seq: event.seq, step, event });
    }
  }
  return rows;
}

function answered(call: Extract<Row, { kind: "tool" }> | undefined, result: ResultEvent): boolean {
  if (call === undefined || call.result !== null) return false;
  call.result = result;
  return true;
}

/** Return the decision that an event belongs to, where it says so itself. */
export function stepOf(event: { data: unknown }): number | null {
  const { data } = event;
  if (typeof data !== "object" || data === null || !("step" in data)) return null;
  return typeof data.step === "number" ? data.step : null;
}

/** Return how many of the events belong to decisions up to this one; they are in order. */
export function countUntil(events: readonly SessionEvent[], step: number): number {
  const end = events.findIndex((event) => event.kind === "step" && event.data.step > step);
  return end < 0 ? events.length : end;
}

/** Return whether all that happened in a decision is among the events. */
export function coversStep(
  events: readonly SessionEvent[],
  step: number,
  isComplete: boolean,
): boolean {
  const steps = events.filter((event) => event.kind === "step").map((event) => event.data.step);
  const last = steps.at(-1);
  if (last === undefined || !steps.includes(step)) return false;
  return last > step || isComplete;
}

/** Return when a decision was taken, as far as its event is here. */
export function timeInEvents(events: readonly SessionEvent[], step: number): string | null {
  const found = events.find((event) => event.kind === "step" && event.data.step === step);
  return found?.kind === "step" ? found.data.at : null;
}
