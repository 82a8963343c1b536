import type { SessionEvent } from "@/api/feeds/session-feed";
import type { Session, SessionStatus } from "@/api/types";
import type { Fill } from "./account";

const AT = "2017-01-03T21:00:00+00:00";

/** A fill as a test needs it. */
export function aFill(changes: Partial<Fill> = {}): Fill {
  return {
    seq: 1,
    order_id: "1.1.0",
    symbol: "GOOGL",
    quantity: "2",
    price: "100",
    fee: "1",
    at: "2017-01-04T14:30:00Z",
    ...changes,
  };
}

export function aStep(seq: number, step: number, at = AT): SessionEvent {
  return { seq, kind: "step", data: { id: 4, step, at } };
}

export function aThought(seq: number, step: number, text: string): SessionEvent {
  return { seq, kind: "thought", data: { id: 4, step, text } };
}

export function aCall(
  seq: number,
  callId: string,
  name = "buy",
  given: Record<string, string | number> | string = { symbol: "GOOGL", share: 0.3 },
): SessionEvent {
  return {
    seq,
    kind: "tool",
    data: { id: 4, step: 1, call_id: callId, name, arguments: given },
  };
}

export function aResult(
  seq: number,
  callId: string,
  ok = true,
  data: Extract<SessionEvent, { kind: "result" }>["data"]["data"] = { says: "accepted" },
): SessionEvent {
  return { seq, kind: "result", data: { id: 4, step: 1, call_id: callId, ok, data } };
}

export function aFillEvent(seq: number, symbol = "GOOGL"): SessionEvent {
  const order = { order_id: "1.1.0", quantity: 2, price: 100, fee: 1, at: AT };
  return { seq, kind: "fill", data: { id: 4, step: 2, symbol, ...order } };
}

export function aLine(seq: number, text: string, level: "info" | "warning" = "info"): SessionEvent {
  return { seq, kind: "log", data: { level, text, at: AT } };
}

/** A session's status as a test needs it. */
export function aSessionStatus(changes: Partial<SessionStatus> = {}): SessionStatus {
  return {
    id: 4,
    state: "running",
    at: AT,
    step: 57,
    steps: 125,
    cash: 4_000,
    equity: 10_500,
    profit: 500,
    positions: [],
    pending: [],
    halted: [],
    tokens: { input: 1_000, output: 200 },
    cost: 0.12,
    model_seconds: 12,
    fills: 3,
    denied: 1,
    partial: "",
    cursor: 0,
    ...changes,
  };
}

/** A session as a test needs it. */
export function aSession(changes: Partial<Session> = {}): Session {
  return {
    ...aSessionStatus(),
    model_id: 3,
    model_name: "Scripted",
    base_model: "script/demo",
    reason: null,
    live: false,
    start: "2017-01-03",
    end: "2017-06-30",
    universe: ["GOOGL", "^GSPC"],
    period: "1d",
    balance: 10_000,
    notes: [],
    created_at: "2026-11-21T17:31:25Z",
    started_at: "2026-11-21T17:31:41Z",
    ended_at: null,
    ...changes,
  };
}
