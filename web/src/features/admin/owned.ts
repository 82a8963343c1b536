import { get, post } from "@/api/rest";
import type { RunState, Schema } from "@/api/types";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import { marketOf } from "@/features/home/shown-run";

const KINDS = ["trainings", "populations", "evaluations", "sessions", "bots", "agents"] as const;

export type OwnedKind = (typeof KINDS)[number];

export function isOwnedKind(text: string): text is OwnedKind {
  return (KINDS as readonly string[]).includes(text);
}

/** Something of somebody's, as one line. */
export interface Owned {
  key: string;
  name: string;
  owner: string;
  about: string;
  state: RunState | "idle";
  profit: number | null;
  createdAt: string;
  /** Why it is in this state, where that needs saying. */
  reason: string | null;
  /** Stops it; null where there is nothing to stop. */
  stop: (() => Promise<unknown>) | null;
  consequence: string;
}

export interface OwnedPage {
  rows: Owned[];
  next: number | null;
}

const ACTIVE: RunState[] = ["queued", "loading", "running", "paused", "recovering"];

/** Whether somebody may still stop it. */
function isActing(state: RunState | "idle"): boolean {
  return (ACTIVE as string[]).includes(state);
}

interface Asked {
  ownerId: number | null;
  onlyActive: boolean;
  beforeId: number | null;
  signal: AbortSignal;
}

/** Read a page of everybody's things of one kind. */
export async function readOwned(kind: OwnedKind, asked: Asked): Promise<OwnedPage> {
  const query = {
    ...(asked.ownerId !== null && { owner_id: asked.ownerId }),
    ...(asked.beforeId !== null && { before_id: asked.beforeId }),
  };
  const ofState = { ...query, ...(asked.onlyActive && { state: ACTIVE }) };
  const { signal } = asked;
  const kept = (rows: Owned[]) =>
    asked.onlyActive ? rows.filter(({ state }) => isActing(state)) : rows;
  switch (kind) {
    case "trainings": {
      const page = await get("/api/admin/trainings", { query: ofState, signal });
      return { rows: page.trainings.map(ownedTraining), next: page.next };
    }
    case "populations": {
      const page = await get("/api/admin/populations", { query, signal });
      return { rows: kept(page.populations.map(ownedPopulation)), next: page.next };
    }
    case "evaluations": {
      const page = await get("/api/admin/evaluations", { query: ofState, signal });
      return { rows: page.evaluations.map(ownedEvaluation), next: page.next };
    }
    case "sessions": {
      const page = await get("/api/admin/sessions", { query: ofState, signal });
      return { rows: page.sessions.map(ownedSession), next: page.next };
    }
    case "bots": {
      const page = await get("/api/admin/bots", { query, signal });
      return { rows: kept(page.bots.map(ownedBot)), next: page.next };
    }
    case "agents": {
      const page = await get("/api/admin/agents", { query, signal });
      return { rows: kept(page.agents.map(ownedAgent)), next: page.next };
    }
  }
}

function ownedTraining({ owner, training }: Schema<"OwnedTrainingMessage">): Owned {
  const { id, state } = training;
  return {
    key: `Training ${id}`,
    name: training.bot_name,
    owner,
    about: `${training.symbol} ${training.period}`,
    state,
    profit: training.profit,
    createdAt: training.created_at,
    reason: training.reason,
    stop: isActing(state)
      ? () => post("/api/admin/trainings/{training_id}/stop", { path: { training_id: id } })
      : null,
    consequence:
      "The training ends for good and cannot be resumed. Its best weights and its history stay.",
  };
}

function ownedPopulation({ owner, population }: Schema<"OwnedPopulationMessage">): Owned {
  const { id, state, member_count: members, active_count: active } = population;
  return {
    key: `Population ${id}`,
    name: population.name,
    owner,
    about: `${population.symbol} ${population.period}, ${active} of ${members} members active`,
    state,
    profit: null,
    createdAt: population.created_at,
    reason: population.reason ?? null,
    stop: isActing(state)
      ? () => post("/api/admin/populations/{population_id}/stop", { path: { population_id: id } })
      : null,
    consequence: "Every member ends for good. Their best weights and histories stay.",
  };
}

function ownedEvaluation({ owner, evaluation }: Schema<"OwnedEvaluationMessage">): Owned {
  const { id, state, units, units_done: done } = evaluation;
  const judged = units === 0 ? "" : `, ${done} of ${units} trainings judged`;
  return {
    key: `Evaluation ${id}`,
    name: evaluation.algorithms.map(algorithmLabel).join(", "),
    owner,
    about: `${evaluation.symbol} ${evaluation.period}${judged}`,
    state,
    profit: null,
    createdAt: evaluation.created_at,
    reason: evaluation.reason,
    stop: isActing(state)
      ? () => post("/api/admin/evaluations/{evaluation_id}/stop", { path: { evaluation_id: id } })
      : null,
    consequence: "The evaluation ends for good, without a report.",
  };
}

function ownedSession({ owner, session }: Schema<"OwnedSessionMessage">): Owned {
  const { id, state } = session;
  return {
    key: `Session ${id}`,
    name: session.model_name,
    owner,
    about: marketOf(session.universe, session.period),
    state,
    profit: session.profit,
    createdAt: session.created_at,
    reason: session.reason,
    stop: isActing(state) ? () => stopSession(id) : null,
    consequence:
      "The session ends for good and cannot be resumed. Its journal and its account stay.",
  };
}

function ownedBot({ id, owner, bot }: Schema<"OwnedBotMessage">): Owned {
  return {
    key: `Bot ${id}`,
    name: bot.name,
    owner,
    about: bot.trained ? "trained" : "not trained yet",
    state: bot.state,
    profit: null,
    createdAt: bot.created_at,
    reason: null,
    stop: isActing(bot.state)
      ? () => post("/api/admin/bots/{bot_id}/stop", { path: { bot_id: id } })
      : null,
    consequence: "All that the bot does ends for good. The bot and its best weights stay.",
  };
}

function ownedAgent({ owner, agent }: Schema<"OwnedAgentMessage">): Owned {
  const { session_id: session } = agent;
  return {
    key: `Agent ${agent.id}`,
    name: agent.name,
    owner,
    about: agent.base_model,
    state: agent.state,
    profit: null,
    createdAt: agent.created_at,
    reason: null,
    stop: session === null ? null : () => stopSession(session),
    consequence: "The agent’s session ends for good. The agent stays, and so does the account.",
  };
}

function stopSession(id: number) {
  return post("/api/admin/sessions/{session_id}/stop", { path: { session_id: id } });
}

/** Keep what has the text in its name, its owner or what it is about. */
export function matching(rows: readonly Owned[], text: string): Owned[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter(({ key, name, owner, about }) =>
    [key, name, owner, about].some((each) => each.toLowerCase().includes(wanted)),
  );
}
