"use client";

import { botFields, type Faults, type Texts } from "@/features/bots/bot-form";
import { ParameterField } from "@/ui/parameter-field";

interface BotFieldsProps {
  texts: Texts;
  faults: Faults;
  onChange: (changes: Texts) => void;
}

/** The parameters of a bot's network and of how it learns, without its name. */
export function BotFields({ texts, faults, onChange }: BotFieldsProps) {
  return botFields()
    .filter((name) => name !== "name")
    .map((name) => (
      <ParameterField
        key={name}
        model="BotsCreate"
        name={name}
        value={texts[name] ?? ""}
        onChange={(text) => onChange({ [name]: text })}
        fault={faults[name]}
      />
    ));
}
