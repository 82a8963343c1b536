import type { Agent, Schema, Session } from "@/api/types";

export type Score = Schema<"ScoreMessage">;

/** The active session of each agent, else its latest, by the agent's id. */
export function latestSessions(
  agents: readonly Agent[],
  sessions: readonly Session[],
): ReadonlyMap<number, Session> {
  const found = agents.flatMap((agent) => {
    const own = sessions.filter(({ model_id: id }) => id === agent.id);
    const active = own.find(({ id }) => id === agent.session_id);
    const latest = own.toSorted((one, other) => other.id - one.id)[0];
    const shown = active ?? latest;
    return shown === undefined ? [] : [[agent.id, shown] as const];
  });
  return new Map(found);
}

/** What a session has come to, as a share of its starting balance; null before its first step. */
export function returnOf(session: Session | undefined): number | null {
  if (session === undefined || session.step === 0) return null;
  return session.profit / session.balance;
}

export interface JudgedSession {
  session: Session;
  /** Its line of the leaderboard, once it has one. */
  score: Score | null;
}

/** Sessions with their figures, newest first. */
export function judgedSessions(
  sessions: readonly Session[],
  scores: readonly Score[],
): JudgedSession[] {
  const byTopic = new Map(scores.map((score) => [score.topic, score]));
  return sessions
    .map((session) => ({ session, score: byTopic.get(topicOf(session)) ?? null }))
    .toSorted((one, other) => other.session.id - one.session.id);
}

export function topicOf({ id }: Pick<Session, "id">): string {
  return `session/${id}`;
}

/** Agents whose name, model or symbols have all that was typed. */
export function searched(agents: readonly Agent[], search: string): Agent[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = ({ name, base_model: model, universe }: Agent) =>
    `${name} ${model} ${universe.join(" ")}`.toLowerCase();
  return agents.filter((agent) => words.every((word) => text(agent).includes(word)));
}
