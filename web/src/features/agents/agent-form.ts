import type { Agent, Schema } from "@/api/types";
import type { Faults, Texts } from "@/features/bots/bot-form";
import { canonicalSymbol } from "@/features/agents/universe";
import {
  fault,
  parameter,
  parameters,
  textOf,
  valueOf,
  type Parameter,
  type ParameterName,
  type Value,
} from "@/lib/parameters";

export type { Faults, Texts } from "@/features/bots/bot-form";
export type AgentField = ParameterName<"AgentsCreate">;
export type AgentRequest = Schema<"AgentsCreate">;
export type AgentChanges = Schema<"AgentsUpdate">;

/** Symbols that come with the platform, so that a new agent works as it is. */
const STANDARD: Texts = { universe: "^GSPC, ^IXIC, GOOGL" };

/** The fields that have a place of their own in the form, in its order. */
export const PLACES = {
  decides: ["name", "base_model", "provider"],
  instructions: ["prompt"],
  market: ["universe", "period", "source", "balance", "benchmark"],
  tools: ["tools", "bots", "max_rounds"],
  spending: ["max_cost", "max_tokens"],
  limits: ["max_position", "max_leverage", "max_turnover", "price_collar", "allow_short"],
  costs: ["fee_bps", "slippage_bps"],
  chance: ["temperature", "seed"],
  results: ["is_public"],
} as const satisfies Record<string, readonly AgentField[]>;

/** What the platform has come to ask for since this form was written. */
export function otherFields(all: readonly { name: string }[] = parameters("AgentsCreate")) {
  const placed = new Set<string>(Object.values(PLACES).flat());
  return all.flatMap(({ name }) => (placed.has(name) ? [] : [name as AgentField]));
}

/** What the form of a new agent shows at first: what the address says, else what is usual. */
export function newAgentTexts(name: string, query: URLSearchParams): Texts {
  const texts: Record<string, string> = {};
  for (const each of parameters("AgentsCreate")) {
    const given = query.get(each.name);
    const isGood = given !== null && fault(each, given) === null;
    texts[each.name] = isGood ? given : (STANDARD[each.name] ?? textOf(each.default));
  }
  return query.has("name") ? texts : { ...texts, name };
}

/** What the form shows of an agent that there is. */
export function agentTexts(agent: Agent): Texts {
  const values = parameters("AgentsCreate").map(({ name }) => [
    name,
    textOf(agent[name as AgentField] as Value),
  ]);
  return Object.fromEntries(values) as Texts;
}

export function agentFaults(texts: Texts, taken: readonly string[]): Faults {
  const faults: Record<string, string> = {};
  for (const each of parameters("AgentsCreate")) {
    const found = fault(each, written(each, texts));
    if (found !== null) faults[each.name] = found;
  }
  const name = canonicalName(texts.name ?? "");
  if (!faults.name && taken.some((other) => canonicalName(other) === name)) {
    faults.name = `You have an agent named ${name} already.`;
  }
  if (!faults.base_model) {
    const found = baseModelFault(written(parameter("AgentsCreate", "base_model"), texts));
    if (found !== null) faults.base_model = found;
  }
  return faults;
}

const PLAIN = /^[!-~]+$/;

function baseModelFault(name: string): string | null {
  if (name.startsWith("bot/")) {
    return fault(parameter("AgentsCreate", "name"), name.slice(4)) === null
      ? null
      : "Write the name of one of your bots after “bot/”.";
  }
  return PLAIN.test(name) ? null : "A model’s name has no spaces and only plain letters.";
}

/** The whole request: what was left empty is what the platform takes by default. */
export function agentRequest(texts: Texts): AgentRequest {
  const values = parameters("AgentsCreate").map((each) => [each.name, valueIn(each, texts)]);
  return Object.fromEntries(values) as AgentRequest;
}

/** Only what is other than before, with the version that was looked at; null where nothing is. */
export function agentChanges(agent: Agent, texts: Texts): AgentChanges | null {
  const changed = Object.entries(agentRequest(texts)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(agent[name as AgentField]),
  );
  if (changed.length === 0) return null;
  return { ...Object.fromEntries(changed), version: agent.version };
}

function valueIn(each: Parameter, texts: Texts): Value {
  return valueOf(each, written(each, texts)) ?? each.default ?? null;
}

/** A text as the platform takes it: models have no spaces around them, symbols are in capitals. */
function written({ name }: Parameter, texts: Texts): string {
  const text = texts[name] ?? "";
  if (name === "base_model") return text.trim();
  return name === "universe" || name === "benchmark" ? canonicalSymbol(text) : text;
}

function canonicalName(name: string): string {
  return name.trim().normalize("NFKC");
}
