import type { Agent, Schema } from "@/api/types";

/** An agent as a test needs it. */
export function anAgent(changes: Partial<Agent> = {}): Agent {
  return {
    id: 7,
    name: "Nora",
    base_model: "openai/gpt-5-mini",
    provider: null,
    prompt: "Prefer few, large positions.",
    universe: ["^GSPC", "GOOGL"],
    period: "1d",
    source: null,
    balance: 10_000,
    tools: ["trade", "price", "search", "math"],
    bots: [],
    max_rounds: 20,
    max_tokens: null,
    max_cost: 2.5,
    max_position: 1,
    max_leverage: 1,
    max_turnover: null,
    price_collar: 0.5,
    allow_short: true,
    fee_bps: null,
    slippage_bps: null,
    temperature: null,
    seed: null,
    benchmark: null,
    is_public: false,
    version: 3,
    state: "idle",
    session_id: null,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-02T00:00:00Z",
    ...changes,
  };
}

/** A symbol of the bundled sample as a test needs it. */
export function aSymbol(changes: Partial<Schema<"SymbolMessage">> = {}): Schema<"SymbolMessage"> {
  return {
    symbol: "GOOGL",
    name: "Alphabet",
    source: "sample",
    periods: ["1d"],
    first: "2009-05-22T00:00:00Z",
    last: "2018-08-29T00:00:00Z",
    bars: 2_335,
    age_s: null,
    ...changes,
  };
}
