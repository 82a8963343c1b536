import type { Bot } from "@/api/types";

/** A bot as a test needs it. */
export function aBot(changes: Partial<Bot> = {}): Bot {
  return {
    name: "Ada",
    lr: 0.001,
    hidden_layers: 43,
    gamma: 0.97,
    discounter_rate: 80,
    depth: 2,
    algorithm: "dqn",
    encoder: "mlp",
    state: "idle",
    training_id: null,
    trained: false,
    note: null,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    ...changes,
  };
}
