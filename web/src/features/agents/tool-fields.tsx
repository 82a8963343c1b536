"use client";

import Link from "@/ui/link";
import { Fields, type FormState } from "@/features/agents/form-parts";
import { textOf, parameter } from "@/lib/parameters";
import { Checkbox } from "@/ui/choice";
import { Field } from "@/ui/field";

const ALWAYS = "trade";

const HINTS: Record<string, string> = {
  trade: "Buys, sells, shorts, covers and closes. Always there.",
  price: "Reads bars, quotes, its account and its symbols",
  search: "Searches the web and reads pages; needs a key for Jina",
  math: "Calculates",
};

interface ToolFieldsProps extends FormState {
  /** Names of my bots. */
  bots: readonly string[];
}

/** What an agent may use to decide. */
export function ToolFields({ bots, ...state }: ToolFieldsProps) {
  const { texts, faults, onChange } = state;
  const tools = parameter("AgentsCreate", "tools");
  const chosen = entriesOf(texts.tools);
  const asked = entriesOf(texts.bots);
  return (
    <>
      <Field label={tools.label} group fault={faults.tools}>
        <div className="flex flex-col">
          {tools.options?.map(({ value, label }) => (
            <Checkbox
              key={value}
              label={label}
              hint={HINTS[value]}
              checked={value === ALWAYS || chosen.includes(value)}
              disabled={value === ALWAYS}
              onChange={(on) =>
                onChange({ tools: textOf(toggled([ALWAYS, ...chosen], value, on)) })
              }
            />
          ))}
        </div>
      </Field>
      <div className="flex min-w-0 flex-col gap-3">
        <Field
          label={parameter("AgentsCreate", "bots").label}
          group
          aside="Optional"
          fault={faults.bots}
          hint="It sees what they predict for a symbol, and decides itself."
        >
          <BotChoices bots={bots} asked={asked} onChange={(next) => onChange({ bots: next })} />
        </Field>
        <Fields {...state} names={["max_rounds"]} />
      </div>
    </>
  );
}

interface BotChoicesProps {
  bots: readonly string[];
  asked: readonly string[];
  onChange: (text: string) => void;
}

function BotChoices({ bots, asked, onChange }: BotChoicesProps) {
  const all = [...new Set([...bots, ...asked])];
  if (all.length === 0) {
    return (
      <p className="text-sm">
        You have no bots yet.{" "}
        <Link href="/bots?new=1" className="text-accent underline">
          Make one
        </Link>{" "}
        and train it first.
      </p>
    );
  }
  return (
    <div className="flex max-h-56 flex-wrap gap-x-4 overflow-y-auto">
      {all.map((name) => (
        <Checkbox
          key={name}
          label={name}
          checked={asked.includes(name)}
          onChange={(on) => onChange(textOf(toggled(asked, name, on)))}
        />
      ))}
    </div>
  );
}

function entriesOf(text: string | undefined): string[] {
  return (text ?? "").split(/,\s*/).filter(Boolean);
}

function toggled(values: readonly string[], value: string, on: boolean): string[] {
  const others = [...new Set(values)].filter((other) => other !== value);
  return on ? [...others, value] : others;
}
