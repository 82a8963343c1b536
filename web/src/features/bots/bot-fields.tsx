"use client";

import { unusedHint } from "@/features/algorithms/algorithms";
import { useAlgorithms } from "@/features/algorithms/use-algorithms";
import { botFields, type Faults, type Texts } from "@/features/bots/bot-form";
import { ParameterField } from "@/ui/parameter-field";

interface BotFieldsProps {
  texts: Texts;
  faults: Faults;
  onChange: (changes: Texts) => void;
}

const ASKED_APART: ReadonlySet<string> = new Set(["name", "algorithm", "encoder"]);

/** The parameters of a bot's network and of how it learns, without what is asked in places of its own. */
export function BotFields({ texts, faults, onChange }: BotFieldsProps) {
  const algorithms = useAlgorithms();
  return botFields()
    .filter((name) => !ASKED_APART.has(name))
    .map((name) => (
      <ParameterField
        key={name}
        model="BotsCreate"
        name={name}
        value={texts[name] ?? ""}
        onChange={(text) => onChange({ [name]: text })}
        fault={faults[name]}
        hint={unusedHint(algorithms, texts.algorithm ?? "", name)}
      />
    ));
}
