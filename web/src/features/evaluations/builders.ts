import type { Schema } from "@/api/types";
import type {
  AlgorithmReport,
  Baseline,
  Interval,
  Metrics,
  Report,
  Verdict,
} from "@/features/evaluations/report";

/** An evaluation as a test needs it. */
export function anEvaluation(
  changes: Partial<Schema<"EvaluationRunMessage">> = {},
): Schema<"EvaluationRunMessage"> {
  return {
    id: 7,
    state: "finished",
    units: 8,
    units_done: 8,
    share: 1,
    doing: null,
    seconds_left: null,
    better: false,
    confidence: 0.4,
    verdict: "Not better than buy-and-hold.",
    cursor: 10,
    reason: null,
    symbol: "GOOGL",
    period: "1d",
    source: "sample",
    bars: 3_000,
    notes: [],
    algorithms: ["dqn"],
    encoder: "mlp",
    seeds: 2,
    seed: 1,
    folds: 2,
    learned_first: 50,
    embargo: 0,
    earlier_trials: 0,
    hidden_layers: 64,
    depth: 2,
    lr: 0.001,
    gamma: 0.97,
    batch_size: 64,
    min_episodes: 5,
    max_episodes: 50,
    discounter_rate: 80,
    environments: 1,
    device: "cpu",
    balance: 10_000,
    fee_bps: 1,
    slippage_bps: 1,
    created_at: "2026-01-01T00:00:00Z",
    started_at: "2026-01-01T00:00:01Z",
    ended_at: "2026-01-01T00:10:00Z",
    ...changes,
  };
}

const metrics: Metrics = {
  total_return: 0.1,
  annual_return: 0.05,
  volatility: 0.2,
  sharpe: 0.5,
  max_drawdown: 0.15,
  trades: 12,
  turnover: 0.1,
  exposure: 0.8,
};
const interval = (value: number): Interval => ({ value, low: -0.2, high: 0.4, level: 0.95 });
const verdict: Verdict = {
  better: false,
  confidence: 0.4,
  sentence: "DQN is no better than buy-and-hold.",
  algorithm: "dqn",
  checks: [
    { name: "bars", passed: true, sentence: "There are enough bars." },
    { name: "excess", passed: false, sentence: "Its excess may be luck." },
  ],
};

export function aBaseline(changes: Partial<Baseline> = {}): Baseline {
  return {
    name: "buy_and_hold",
    sentence: "Buys at the first open.",
    metrics,
    equities: [10_000, 10_500, 11_000],
    is_bound: false,
    ...changes,
  };
}

export function anAlgorithm(changes: Partial<AlgorithmReport> = {}): AlgorithmReport {
  const folds = (first: number, second: number | null) => [
    { number: 1, episodes: 9, total_return: first, buy_and_hold: 0.05 },
    { number: 2, episodes: 9, total_return: second, buy_and_hold: 0.06 },
  ];
  return {
    name: "dqn",
    sentence: "Tries one action at a time.",
    seeds: [
      { seed: 1, metrics, folds: folds(0.02, 0.1) },
      { seed: 2, metrics, folds: folds(-0.04, null) },
    ],
    pooled: metrics,
    pooled_equities: [10_000, 9_900, 10_200],
    summaries: { total_return: { median: 0.03, low: -0.04, high: 0.1 } },
    total_return: interval(0.02),
    sharpe: interval(0.3),
    deflated_sharpe: { probability: 0.2, trials: 2 },
    overfitting: { probability: 0.5 },
    random: aBaseline({ name: "random" }),
    verdict,
    ...changes,
  };
}

/** A report on two folds with one algorithm. */
export function aReport(changes: Partial<Report> = {}): Report {
  const test = { first_at: "2025-01-01T00:00:00Z", last_at: "2025-06-01T00:00:00Z" };
  return {
    symbol: "GOOGL",
    trials: 2,
    earlier_trials: 0,
    balance: 10_000,
    times: ["2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z", "2025-01-03T00:00:00Z"],
    plan: {
      seeds: [1, 2],
      folds: [
        { number: 1, test },
        { number: 2, test },
      ],
      purge: 33,
      embargo: 0,
      fits: 4,
    },
    baselines: [
      aBaseline(),
      aBaseline({ name: "hindsight", is_bound: true, sentence: "Knew the prices." }),
    ],
    algorithms: [anAlgorithm()],
    overfitting: { probability: 0.5 },
    verdict,
    ...changes,
  };
}
