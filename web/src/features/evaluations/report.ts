/** What an evaluation found, as its pages read it. A ratio is a fraction; null is undefined. */
export interface Report {
  symbol: string;
  trials: number;
  earlier_trials: number;
  balance: number;
  times: string[];
  plan: { seeds: number[]; folds: Fold[]; purge: number; embargo: number; fits: number };
  baselines: Baseline[];
  algorithms: AlgorithmReport[];
  overfitting: { probability: number | null };
  verdict: Verdict;
}

export interface Verdict {
  better: boolean;
  confidence: number | null;
  sentence: string;
  algorithm: string | null;
  checks: { name: string; passed: boolean; sentence: string }[];
}

export interface Metrics {
  total_return: number | null;
  annual_return: number | null;
  volatility: number | null;
  sharpe: number | null;
  max_drawdown: number | null;
  trades: number;
  turnover: number;
  exposure: number;
}

export interface Baseline {
  name: string;
  sentence: string;
  metrics: Metrics;
  equities: number[];
  is_bound: boolean;
}

export interface Interval {
  value: number | null;
  low: number | null;
  high: number | null;
  level: number;
}

export interface Summary {
  median: number | null;
  low: number | null;
  high: number | null;
}

export interface AlgorithmReport {
  name: string;
  sentence: string;
  seeds: SeedReport[];
  pooled: Metrics;
  pooled_equities: number[];
  summaries: Record<string, Summary | undefined>;
  total_return: Interval;
  sharpe: Interval;
  deflated_sharpe: { probability: number | null; trials: number };
  overfitting: { probability: number | null };
  random: Baseline;
  verdict: Verdict;
}

export interface SeedReport {
  seed: number;
  metrics: Metrics;
  folds: FoldOutcome[];
}

export interface FoldOutcome {
  number: number;
  episodes: number;
  total_return: number | null;
  buy_and_hold: number | null;
}

export interface Fold {
  number: number;
  test: { first_at: string; last_at: string };
}

/** Read a report; null: it is none that this page knows. */
export function reportOf(found: Readonly<Record<string, unknown>>): Report | null {
  const { times, baselines, algorithms, verdict, plan } = found;
  const lists = [times, baselines, algorithms].every(Array.isArray);
  const parts = [verdict, plan].every((part) => typeof part === "object" && part !== null);
  return lists && parts ? (found as unknown as Report) : null;
}

export interface Curve {
  name: string;
  equities: number[];
  kind: "algorithm" | "baseline" | "bound";
}

/** Every curve of a report, those of the algorithms first; each has a point at every time. */
export function curvesOf({ algorithms, baselines, times }: Report): Curve[] {
  const curves: Curve[] = [
    ...algorithms.map(({ name, pooled_equities: equities }) => ({
      name,
      equities,
      kind: "algorithm" as const,
    })),
    ...baselines.map(({ name, equities, is_bound }) => ({
      name,
      equities,
      kind: is_bound ? ("bound" as const) : ("baseline" as const),
    })),
  ];
  return curves.filter(({ equities }) => equities.length === times.length);
}

/** One line for each fold of an algorithm: what its seeds made of it, beside buying and holding. */
export function foldLines(report: Report, algorithm: AlgorithmReport) {
  return report.plan.folds.map(({ number, test }) => {
    const outcomes = algorithm.seeds.flatMap(({ folds }) =>
      folds.filter((fold) => fold.number === number),
    );
    const returns = outcomes.flatMap(({ total_return: each }) => (each === null ? [] : [each]));
    return {
      number,
      test,
      median: medianOf(returns),
      lowest: returns.length > 0 ? Math.min(...returns) : null,
      highest: returns.length > 0 ? Math.max(...returns) : null,
      buyAndHold: outcomes[0]?.buy_and_hold ?? null,
    };
  });
}

export function medianOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
