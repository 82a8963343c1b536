import type { RunState, Session, Training } from "@/api/types";

/** A training or a session that can be looked at. */
export interface Choice {
  topic: string;
  kind: "Training" | "Session";
  id: number;
  name: string;
  symbols: readonly string[];
  state: RunState;
  createdAt: string;
}

const NOT_BEGUN: readonly RunState[] = ["queued", "loading"];

/** All that have begun, the newest first. */
export function choicesOf(trainings: readonly Training[], sessions: readonly Session[]): Choice[] {
  const all = [...trainings.map(trainingChoice), ...sessions.map(sessionChoice)];
  return all
    .filter(({ state }) => !NOT_BEGUN.includes(state))
    .sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt));
}

export function trainingChoice(training: Training): Choice {
  const { id, bot_name: name, symbol, state, created_at: createdAt } = training;
  return {
    topic: `training/${id}`,
    kind: "Training",
    id,
    name,
    symbols: [symbol],
    state,
    createdAt,
  };
}

export function sessionChoice(session: Session): Choice {
  const { id, model_name: name, universe: symbols, state, created_at: createdAt } = session;
  return { topic: `session/${id}`, kind: "Session", id, name, symbols, state, createdAt };
}

const MOST_NAMED = 3;

export function symbolsText(symbols: readonly string[]): string {
  const more = symbols.length - MOST_NAMED;
  const named = symbols.slice(0, MOST_NAMED).join(", ");
  return more > 0 ? `${named} and ${more} more` : named;
}

/** Such as "Training 7: Ada on EURUSD". */
export function choiceText({ kind, id, name, symbols }: Choice): string {
  return `${kind} ${id}: ${name} on ${symbolsText(symbols)}`;
}
