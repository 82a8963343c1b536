import type { Schema } from "@/api/types";
import { formatCompact, formatMoney } from "@/lib/format";
import type { ComboboxOption } from "@/ui/combobox";

type ProviderModel = Schema<"ProviderModelMessage">;

const BOT = "bot/";

/** Models of the platform itself: they need no key and cost nothing. */
const OURS: readonly ComboboxOption[] = [
  {
    value: "script/demo",
    hint: "Talks, calculates and trades as a model does, by a plain reversal rule",
  },
  {
    value: "baseline/buy-and-hold",
    hint: "Buys all symbols in equal parts at the first chance, and keeps them",
  },
  {
    value: "baseline/equal-weight",
    hint: "Keeps equal parts, and brings them back when one has drifted by a tenth of its weight",
  },
  {
    value: "baseline/momentum",
    hint: "Holds the better half of what has risen over the last 63 bars",
  },
  { value: "baseline/random", hint: "Changes its mind now and then, by chance" },
];

/** Whether a language model of a provider decides, which needs a key. */
export function needsKey(baseModel: string): boolean {
  return !/^(baseline|script|bot)\//.test(baseModel.trim());
}

/** All that can decide: the provider's models first, then ours, then my bots. */
export function modelOptions(
  models: readonly ProviderModel[],
  bots: readonly string[],
): ComboboxOption[] {
  return [
    ...models.map((model) => ({
      value: model.id,
      label: model.name === null || model.name === model.id ? model.id : model.name,
      hint: modelHint(model),
    })),
    ...OURS,
    ...bots.map((name) => ({
      value: BOT + name,
      label: `${BOT}${name}`,
      hint: "Your bot: it holds what it predicts for each symbol",
    })),
  ];
}

/** openai/gpt-5-mini, 400K tokens of context, 0.25 in and 2.00 out per million tokens (USD) */
function modelHint({
  id,
  name,
  context_length: context,
  input_price: input,
  output_price: output,
}: ProviderModel): string {
  const parts = name === null || name === id ? [] : [id];
  if (context !== null) parts.push(`${formatCompact(context)} tokens of context`);
  if (input === 0 && output === 0) parts.push("free");
  else if (input !== null && output !== null) {
    parts.push(`${formatMoney(input)} USD in, ${formatMoney(output)} USD out per million tokens`);
  }
  return parts.join(", ");
}

/** What a person should know of one that is no language model; null where it is one. */
export function ownModelText(baseModel: string): string | null {
  const name = baseModel.trim();
  if (name.startsWith(BOT)) {
    return "A bot holds what it predicts. It reads no instructions, and costs nothing.";
  }
  const found = OURS.find(({ value }) => value === name);
  if (found === undefined) return null;
  return `${found.hint}. It reads no instructions, needs no key and costs nothing.`;
}
