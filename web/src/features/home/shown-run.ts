import type { RunState, Session, Training } from "@/api/types";
import { formatNumber } from "@/lib/format";

/** A training or a session, as home shows both. */
export interface ShownRun {
  kind: "training" | "session";
  id: number;
  /** Of the bot or the agent. */
  name: string;
  href: string;
  /** Address of the bot or the agent. */
  trader: string;
  market: string;
  state: RunState;
  reason: string | null;
  /** Between 0 and 1; null where it has no end. */
  progress: number | null;
  progressText: string;
  speed: string | null;
  profit: number;
  startingBalance: number;
  trades: number;
  cursor: number;
  createdAt: string;
  endedAt: string | null;
  result: Result | null;
}

/** What a run came to: a bot's counts where it has not learned. */
export interface Result {
  profit: number;
  /** Of the starting balance. */
  fraction: number;
  where: "out of sample" | "over the session";
}

const ACTIVE = new Set<RunState>(["queued", "loading", "running", "paused", "recovering"]);

export function isActive({ state }: { state: RunState }): boolean {
  return ACTIVE.has(state);
}

export function shownTraining(training: Training): ShownRun {
  const { id, episodes, days, out_of_sample: outside, starting_balance: balance } = training;
  const inEpisode = episodes.current < episodes.max ? days.percentage_done / 100 : 0;
  return {
    kind: "training",
    id,
    name: training.bot_name,
    href: `/training?id=${id}`,
    trader: botHref(training.bot_name),
    market: `${training.symbol} ${training.period}`,
    state: training.state,
    reason: training.reason,
    progress: episodes.max === 0 ? 0 : (episodes.current + inEpisode) / episodes.max,
    progressText: `episode ${of(Math.min(episodes.current + 1, episodes.max), episodes.max)}, bar ${of(days.current, days.max)}`,
    speed:
      training.state === "running"
        ? `${formatNumber(Math.round(training.steps_per_second))} steps/s`
        : null,
    profit: training.profit,
    startingBalance: balance,
    trades: training.trades,
    cursor: training.cursor,
    createdAt: training.created_at,
    endedAt: training.ended_at,
    result: outside && {
      profit: outside.profit,
      fraction: outside.profit / balance,
      where: "out of sample",
    },
  };
}

export function shownSession(session: Session): ShownRun {
  const { id, step, steps, balance } = session;
  return {
    kind: "session",
    id,
    name: session.model_name,
    href: `/session?id=${id}`,
    trader: agentHref(session.model_id),
    market: marketOf(session.universe, session.period),
    state: session.state,
    reason: session.reason,
    progress: steps === null || steps === 0 ? null : step / steps,
    progressText:
      steps === null ? `decision ${formatNumber(step)}, live` : `decision ${of(step, steps)}`,
    speed: paceOf(session),
    profit: session.profit,
    startingBalance: balance,
    trades: session.fills,
    cursor: session.cursor,
    createdAt: session.created_at,
    endedAt: session.ended_at,
    result:
      session.ended_at === null || step === 0
        ? null
        : { profit: session.profit, fraction: session.profit / balance, where: "over the session" },
  };
}

export function botHref(name: string): string {
  return `/bot?name=${encodeURIComponent(name)}`;
}

export function agentHref(id: number): string {
  return `/agent?id=${id}`;
}

/** The symbols, or the first two and how many more there are. */
export function marketOf(universe: readonly string[], period: string): string {
  const named = universe.length > 3 ? universe.slice(0, 2) : universe;
  const more = universe.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${formatNumber(more)} more` : ""} ${period}`;
}

/** How long the model thinks about one decision, on average. */
function paceOf({ state, step, model_seconds: seconds }: Session): string | null {
  if (state !== "running" || step === 0 || seconds / step < 0.01) return null;
  return `${formatNumber(seconds / step, { digits: 1 })} s per decision`;
}

function of(current: number, max: number): string {
  return `${formatNumber(current)} of ${formatNumber(max)}`;
}
