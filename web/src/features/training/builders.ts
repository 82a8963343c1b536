import type { Episode, EvaluationTrade } from "./parts";

/** A trade of an evaluation as a test needs it. */
export function anEvaluationTrade(changes: Partial<EvaluationTrade> = {}): EvaluationTrade {
  return {
    id: 7,
    part: "validation",
    episode: 1,
    open_at: 3,
    open_price: 1.1,
    open_amount: 11_000,
    close_at: 5,
    close_price: 1.2,
    close_amount: 12_000,
    side: 1,
    profit: 1_000,
    amount: 10_000,
    ...changes,
  };
}

/** An episode's event as a test needs it. */
export function anEpisode(changes: Partial<Episode> = {}): Episode {
  const last = changes.episode ?? 1;
  return {
    id: 7,
    episode: last,
    first_episode: last,
    profit: 12.5,
    balance: 10_012.5,
    rewards: 0.01,
    trades: 3,
    epsilon: 0.4,
    steps: 100,
    loss: 0.5,
    bust: false,
    best: false,
    validation: null,
    out_of_sample: null,
    ...changes,
  };
}
