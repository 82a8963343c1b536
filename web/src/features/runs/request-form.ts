import { valuesOf, type Faults, type Texts } from "@/features/bots/bot-form";
import { fault, parameters, textOf, type Model } from "@/lib/parameters";

/** What is typed into a form at first: what the platform takes by itself, and what is usual beside. */
export function firstTexts(model: Model, usual: Texts): Texts {
  const defaults = parameters(model).map((each) => [each.name, textOf(each.default)]);
  return { ...Object.fromEntries(defaults), ...usual };
}

/** What is wrong with what was typed, by field. */
export function requestFaults(model: Model, texts: Texts): Faults {
  const faults: Record<string, string> = {};
  for (const each of parameters(model)) {
    const found = fault(each, texts[each.name] ?? "");
    if (found !== null) faults[each.name] = found;
  }
  const { min_episodes: fewest, max_episodes: most } = texts;
  if (!faults.min_episodes && !faults.max_episodes && Number(fewest) > Number(most)) {
    faults.min_episodes = "At most as many as the most episodes.";
  }
  return faults;
}

/** What is sent: what was left empty is left to the platform. */
export function requestOf(model: Model, texts: Texts): Record<string, unknown> {
  return valuesOf(model, texts);
}
