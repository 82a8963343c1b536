import type { Bot, Schema } from "@/api/types";
import { nameFault } from "@/features/bots/names";
import {
  fault,
  parameters,
  textOf,
  valueOf,
  type Model,
  type ParameterName,
  type Value,
} from "@/lib/parameters";

export type BotField = ParameterName<"BotsCreate">;
export type Texts = Readonly<Record<string, string>>;
export type Faults = Readonly<Record<string, string>>;
export type BotRequest = Schema<"BotsCreate">;
export type BotChanges = Schema<"BotChanges">;

/** Where the platform has no default of its own. */
const STANDARD: Texts = { lr: "0.001", gamma: "0.97" };

export const botFields = (): BotField[] =>
  parameters("BotsCreate").map(({ name }) => name as BotField);

/** What the form of a new bot shows at first. */
export function newBotTexts(name: string): Texts {
  const defaults = parameters("BotsCreate").map((each) => [each.name, textOf(each.default)]);
  return { ...Object.fromEntries(defaults), ...STANDARD, name };
}

/** What the form shows of a bot that there is. */
export function botTexts(bot: Bot): Texts {
  return Object.fromEntries(botFields().map((name) => [name, textOf(bot[name])]));
}

export function botFaults(texts: Texts, taken: readonly string[]): Faults {
  const faults: Record<string, string> = {};
  for (const each of parameters("BotsCreate")) {
    const text = texts[each.name] ?? "";
    const found = each.name === "name" ? nameFault(text, taken) : fault(each, text);
    if (found !== null) faults[each.name] = found;
  }
  return faults;
}

export function botRequest(texts: Texts): BotRequest {
  return valuesOf("BotsCreate", texts) as BotRequest;
}

/** Only what is other than before; an emptied field is left as it was. */
export function botChanges(bot: Bot, texts: Texts): BotChanges {
  const { name, ...others } = botRequest(texts);
  const changed = Object.entries(others).filter(
    ([field, value]) => value !== bot[field as Exclude<BotField, "name">],
  );
  return { ...Object.fromEntries(changed), ...(name !== bot.name && { new_name: name }) };
}

/** Whether weights from before no longer fit: the network gets another shape, or learns otherwise. */
export function needsNewWeights(changes: BotChanges): boolean {
  const { hidden_layers, depth, algorithm, encoder } = changes;
  return [hidden_layers, depth, algorithm, encoder].some((each) => each !== undefined);
}

/** Whether the bot forgets what it has learned. */
export function dropsWeights(bot: Bot, changes: BotChanges): boolean {
  return bot.trained && needsNewWeights(changes);
}

/** The values of what was typed; what was left empty is left out, so that the platform's default holds. */
export function valuesOf(model: Model, texts: Texts): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const each of parameters(model)) {
    const value = valueOf(each, texts[each.name] ?? "");
    if (value !== undefined && value !== null) values[each.name] = value;
  }
  return values;
}
