import { del, post } from "@/api/rest";
import { Problem } from "@/api/problem";
import type { Agent, Bot, Session, Training } from "@/api/types";

export const BOT_NAMES = [
  "Ada",
  "Blaise",
  "Carl",
  "Daphne",
  "Emmy",
  "Fibonacci",
  "Grace",
  "Hypatia",
];
export const AGENT_NAMES = ["Sage", "Scout", "Sibyl", "Solon", "Sterling", "Swift"];

/** What the first bot is like: one that tries things out, at a pace that one can follow. */
export const FIRST_BOT = {
  lr: 0.001,
  gamma: 0.97,
  hidden_layers: 96,
  discounter_rate: 80,
  depth: 2,
  algorithm: "dqn" as const,
};

/** Hourly euro bars that come with AIBT: nothing is fetched. */
export const FIRST_TRAINING = {
  symbol: "EURUSD",
  period: "H1",
  source: "sample" as const,
  train_data_percentage: 80,
  balance: 10_000,
  batch_size: 512,
  min_episodes: 50,
  max_episodes: 200,
  environments: 1,
};

/** Thinks and calls tools by a script, so it needs no key and costs nothing. */
export const FIRST_AGENT = {
  base_model: "script/demo",
  universe: ["^GSPC", "^IXIC", "GOOGL"],
  period: "1d",
  source: "sample" as const,
  balance: 10_000,
};

export const FIRST_RANGE = { start: "2017-01-01", end: "2017-12-31" };

/** Return the first of these names that is free, numbered where all are taken. */
export function freeName(names: readonly string[], taken: Iterable<string>): string {
  const used = new Set(Array.from(taken, (name) => name.toLowerCase()));
  for (let round = 1; ; round += 1) {
    const found = names
      .map((name) => (round === 1 ? name : `${name} ${round}`))
      .find((name) => !used.has(name.toLowerCase()));
    if (found !== undefined) return found;
  }
}

/**
 * Make a bot and start its first training; where that is refused, no bot is left behind.
 *
 * @throws {Problem} why not
 */
export async function trainFirstBot(bots: readonly Bot[]): Promise<Training> {
  const bot = await named(BOT_NAMES, bots, (name) =>
    post("/api/bots", { body: { ...FIRST_BOT, name } }),
  );
  try {
    return await post("/api/trainings", {
      body: {
        ...FIRST_TRAINING,
        bot_name: bot.name,
        fresh: false,
        rollout_workers: 0,
        device: "auto",
      },
    });
  } catch (error) {
    await del("/api/bots/{name}", { path: { name: bot.name } }).catch(() => undefined);
    throw error;
  }
}

/**
 * Make an agent that needs no key and let it trade over a year; where that is refused, no agent is left behind.
 *
 * @throws {Problem} why not
 */
export async function startFirstAgent(agents: readonly Agent[]): Promise<Session> {
  const agent = await named(AGENT_NAMES, agents, (name) =>
    post("/api/models", { body: { ...FIRST_AGENT, name } as never }),
  );
  try {
    return await post("/api/trading/start", {
      body: { model_id: agent.id, live: false, ...FIRST_RANGE },
    });
  } catch (error) {
    await del("/api/models/{model_id}", { path: { model_id: agent.id } }).catch(() => undefined);
    throw error;
  }
}

const TAKEN = new Set(["name_taken", "agent_name_taken"]);
const TRIES = 20;

/** Make something under the first name that nobody, not even another tab, has taken. */
async function named<Made>(
  names: readonly string[],
  known: readonly { name: string }[],
  make: (name: string) => Promise<Made>,
): Promise<Made> {
  const taken = known.map(({ name }) => name);
  for (let attempt = 1; ; attempt += 1) {
    const name = freeName(names, taken);
    try {
      return await make(name);
    } catch (error) {
      if (!(error instanceof Problem) || !TAKEN.has(error.code) || attempt === TRIES) throw error;
      taken.push(name);
    }
  }
}
