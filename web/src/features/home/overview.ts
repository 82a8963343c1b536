import type { Agent, Bot, RunState } from "@/api/types";
import { agentHref, botHref, isActive, type ShownRun } from "./shown-run";

/** A bot or an agent with what it did last. */
export interface Trader {
  kind: "bot" | "agent";
  name: string;
  href: string;
  about: string;
  state: RunState | "idle";
  /** The run that goes on, else the newest one. */
  latest: ShownRun | null;
  /** The newest run that came to something. */
  judged: ShownRun | null;
}

/** My bots and agents: those that act first, then those that acted last. */
export function traders(
  bots: readonly Bot[],
  agents: readonly Agent[],
  runs: readonly ShownRun[],
): Trader[] {
  const all: Trader[] = [
    ...bots.map((bot) => ({
      kind: "bot" as const,
      name: bot.name,
      href: botHref(bot.name),
      about: bot.trained ? "trained" : "not trained yet",
      state: bot.state,
      ...lastOf(runs, botHref(bot.name)),
    })),
    ...agents.map((agent) => ({
      kind: "agent" as const,
      name: agent.name,
      href: agentHref(agent.id),
      about: agent.base_model,
      state: agent.state,
      ...lastOf(runs, agentHref(agent.id)),
    })),
  ];
  return all.sort(
    (one, other) =>
      Number(other.state !== "idle") - Number(one.state !== "idle") ||
      (other.latest?.createdAt ?? "").localeCompare(one.latest?.createdAt ?? ""),
  );
}

function lastOf(runs: readonly ShownRun[], trader: string) {
  const own = runs.filter((run) => run.trader === trader);
  const judged = own.filter((run) => run.endedAt !== null && run.result !== null);
  return { latest: own.find(isActive) ?? newest(own), judged: newest(judged) };
}

function newest(runs: readonly ShownRun[]): ShownRun | null {
  return runs.reduce<ShownRun | null>(
    (last, run) => (last === null || run.createdAt > last.createdAt ? run : last),
    null,
  );
}

/** Something that happened to a run. */
export interface Happening {
  key: string;
  at: string;
  what: "started" | "finished" | "stopped" | "failed";
  run: ShownRun;
}

/** What happened last, the newest first. */
export function happenings(runs: readonly ShownRun[], atMost: number): Happening[] {
  return runs
    .flatMap((run): Happening[] => {
      const key = `${run.kind}/${run.id}`;
      const started = { key: `${key} started`, at: run.createdAt, what: "started" as const, run };
      if (run.endedAt === null || isActive(run)) return [started];
      const what = run.state as "finished" | "stopped" | "failed";
      return [started, { key: `${key} ended`, at: run.endedAt, what, run }];
    })
    .sort((one, other) => other.at.localeCompare(one.at))
    .slice(0, atMost);
}

/** What runs now, all together. */
export interface Totals {
  trainings: number;
  sessions: number;
  paused: number;
  waiting: number;
  profit: number;
  trades: number;
}

export function totals(active: readonly ShownRun[]): Totals {
  const counted = (keep: (run: ShownRun) => boolean) => active.filter(keep).length;
  return {
    trainings: counted(({ kind, state }) => kind === "training" && state === "running"),
    sessions: counted(({ kind, state }) => kind === "session" && state === "running"),
    paused: counted(({ state }) => state === "paused"),
    waiting: counted(({ state }) => !["running", "paused"].includes(state)),
    profit: active.reduce((sum, { profit }) => sum + profit, 0),
    trades: active.reduce((sum, { trades }) => sum + trades, 0),
  };
}
