import type { Figures, Score } from "./board";

export function someFigures(changes: Partial<Figures> = {}): Figures {
  return {
    total_return: 0.1,
    annual_return: 0.2,
    volatility: 0.1,
    sharpe: 1.5,
    sortino: 2,
    calmar: 4,
    max_drawdown: 0.05,
    max_drawdown_from: "2017-02-01T21:00:00Z",
    max_drawdown_until: "2017-03-01T21:00:00Z",
    recovered_at: null,
    win_rate: 0.5,
    profit_factor: 1.2,
    trades: 40,
    turnover: 12,
    exposure: 0.9,
    benchmark_return: 0.08,
    excess_return: 0.02,
    sharpe_low: -0.5,
    sharpe_high: 3.5,
    return_low: 0.01,
    return_high: 0.2,
    profit: 1_000,
    fees: 12,
    model_cost: 0.5,
    profit_after_model_cost: 999.5,
    bars: 124,
    ...changes,
  };
}

export function aScore(topic: string, changes: Partial<Score> = {}): Score {
  return {
    topic,
    kind: "agent",
    name: "Nora",
    label: "openai/gpt-5-mini",
    mine: true,
    symbols: ["GOOGL"],
    start: "2017-01-03T21:00:00Z",
    end: "2017-06-30T20:00:00Z",
    is_public: false,
    figures: someFigures(),
    ...changes,
  };
}
