import type { Load } from "@/api/feeds/training-feed";
import type { Training, TrainingStatus } from "@/api/types";

const PROGRESS = { current: 1, max: 10, percentage_done: 10 };

/** A training's status as a test needs it. */
export function aStatus(changes: Partial<TrainingStatus> = {}): TrainingStatus {
  return {
    id: 7,
    state: "running",
    episodes: PROGRESS,
    days: PROGRESS,
    max_profit: 12,
    max_balance: 10_012,
    balance: 10_010,
    profit: 10,
    trades: 3,
    rewards: 0.01,
    last_decision: 2,
    prediction: { hold: 10, close: 20, bull: 40, bear: 30, max: "bull" },
    bot: { day: 1, trades: [] },
    steps: 10,
    steps_per_second: 1_000,
    loss: 0.5,
    epsilon: 0.4,
    validation: null,
    out_of_sample: null,
    cursor: 0,
    ...changes,
  };
}

/** A training as a test needs it. */
export function aTraining(changes: Partial<Training> = {}): Training {
  return {
    ...aStatus(),
    bot_name: "Ada",
    reason: null,
    symbol: "EURUSD",
    period: "1h",
    source: "sample",
    train_data_percentage: 80,
    starting_balance: 10_000,
    lr: 0.001,
    gamma: 0.97,
    batch_size: 64,
    max_episodes: 10,
    min_episodes: 5,
    fresh: false,
    algorithm: "dqn",
    encoder: "mlp",
    environments: 1,
    rollout_workers: 0,
    device: "auto",
    seed: 1,
    fee_bps: 1,
    slippage_bps: 1,
    created_at: "2026-01-01T00:00:00Z",
    started_at: "2026-01-01T00:00:01Z",
    ended_at: null,
    ...changes,
  };
}

/** The bars of a training as a test needs them. */
export function aLoad(changes: Partial<Load> = {}): Load {
  return {
    date_range: ["2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z"],
    closes: [1, 2],
    split: 1,
    source: "sample",
    fetched_at: null,
    age_s: null,
    notes: [],
    part: 1,
    parts: 1,
    cursor: null,
    ...changes,
  };
}
