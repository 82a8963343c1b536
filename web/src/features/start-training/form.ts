import type { Bot, Schema } from "@/api/types";
import { botFaults, valuesOf, type Faults, type Texts } from "@/features/bots/bot-form";
import { activeTraining } from "@/features/bots/results";
import {
  fault,
  parameter,
  parameters,
  textOf,
  valueOf,
  type Parameter,
  type ParameterName,
} from "@/lib/parameters";

export type StartName = ParameterName<"TrainingsStart">;
export type StartRequest = Schema<"TrainingsStart">;

/** What was typed. `bot` is one of mine; null: a new one, as `newBot` says. */
export interface StartForm {
  bot: string | null;
  newBot: Texts;
  texts: Texts;
}

/** What is asked for in places of its own; all others stand among the other parameters. */
const ASKED_APART: ReadonlySet<string> = new Set([
  "bot_name",
  "algorithm",
  "encoder",
  "symbol",
  "period",
  "source",
  "train_data_percentage",
  "balance",
  "min_episodes",
  "max_episodes",
  "batch_size",
]);

/** A start that works as it is, with bars that come with the platform. */
const STANDARD: Texts = {
  symbol: "EURUSD",
  period: "1h",
  train_data_percentage: "80",
  balance: "10000",
  min_episodes: "10",
  max_episodes: "50",
  batch_size: "64",
};

export function otherParameters(): (Parameter & { name: StartName })[] {
  const all = parameters("TrainingsStart") as (Parameter & { name: StartName })[];
  return all.filter(({ name }) => !ASKED_APART.has(name));
}

/** The first content of the form: what the address says, else what is usual. */
export function startTexts(query: URLSearchParams): Texts {
  const texts: Record<string, string> = { ...STANDARD };
  for (const each of parameters("TrainingsStart")) {
    const text = query.get(each.name);
    if (text !== null && fault(each, text) === null) texts[each.name] = text;
  }
  const most = query.has("max_episodes") ? Number(texts.max_episodes) : Infinity;
  if (!query.has("min_episodes") && Number(texts.min_episodes) > most) {
    texts.min_episodes = String(most);
  }
  return texts;
}

/** The bot that is meant where none was chosen: the first that is free; null: a new one. */
export function usualBot(bots: readonly Bot[]): string | null {
  return bots.find((bot) => activeTraining(bot) === null)?.name ?? null;
}

/** How a bot learns: what a start may change of it, too. */
export interface Learning {
  algorithm: string;
  encoder: string;
}

/** The form with another bot: what was chosen for the one before holds for a new one, too. */
export function withBot(form: StartForm, bot: string | null): StartForm {
  if (bot !== null) return { ...form, bot };
  const { algorithm = "", encoder = "", ...texts } = form.texts;
  const chosen = { ...(algorithm && { algorithm }), ...(encoder && { encoder }) };
  return { bot, texts, newBot: { ...form.newBot, ...chosen } };
}

/** How the bot will learn: as was chosen, else as it does. */
export function learningOf({ texts, newBot }: StartForm, bot: Bot | null): Learning {
  const { algorithm, encoder } = bot ?? newBot;
  return {
    algorithm: (bot && texts.algorithm) || (algorithm ?? ""),
    encoder: (bot && texts.encoder) || (encoder ?? ""),
  };
}

/** The form with this way to learn; for a bot that there is, only what is other than its own. */
export function withLearning(form: StartForm, bot: Bot | null, learning: Learning): StartForm {
  if (bot === null) return { ...form, newBot: { ...form.newBot, ...learning } };
  const algorithm = learning.algorithm === bot.algorithm ? "" : learning.algorithm;
  const encoder = learning.encoder === bot.encoder ? "" : learning.encoder;
  return { ...form, texts: { ...form.texts, algorithm, encoder } };
}

export function faultsOf(form: StartForm, taken: readonly string[]): Faults {
  const faults: Record<string, string> = {};
  for (const each of parameters("TrainingsStart")) {
    const found =
      each.name === "bot_name" ? null : fault(each, form.texts[each.name] ?? textOf(each.default));
    if (found !== null) faults[each.name] = found;
  }
  const { min_episodes: fewest, max_episodes: most } = form.texts;
  if (!faults.min_episodes && !faults.max_episodes && Number(fewest) > Number(most)) {
    faults.min_episodes = "At most as many as the most episodes.";
  }
  return { ...faults, ...(form.bot === null && newBotFaults(form.newBot, taken)) };
}

/** Faults of a new bot, by `bot.` and the field's name: two fields of a start are called the same. */
function newBotFaults(newBot: Texts, taken: readonly string[]): Faults {
  const faults = Object.entries(botFaults(newBot, taken));
  return Object.fromEntries(faults.map(([name, found]) => [`bot.${name}`, found]));
}

export function startRequest(form: StartForm): StartRequest {
  const bot = form.bot ?? valueOf(parameter("BotsCreate", "name"), form.newBot.name ?? "");
  return { ...valuesOf("TrainingsStart", form.texts), bot_name: bot } as StartRequest;
}
