"use client";

import type { Bot } from "@/api/types";
import { unusedHint } from "@/features/algorithms/algorithms";
import { useAlgorithms } from "@/features/algorithms/use-algorithms";
import type { Faults, Texts } from "@/features/bots/bot-form";
import { otherParameters } from "@/features/start-training/form";
import { More } from "@/features/start-training/more";
import { formatNumber } from "@/lib/format";
import { ParameterField } from "@/ui/parameter-field";

interface OtherParametersProps {
  texts: Texts;
  faults: Faults;
  /** The bot whose own values hold where a field is left empty. */
  bot: Pick<Bot, "name" | "lr" | "gamma"> | null;
  /** How the bot will learn. */
  algorithm: string;
  onChange: (changes: Texts) => void;
}

/** Every parameter of a start that has no place of its own, as the platform lists them. */
export function OtherParameters({ texts, faults, bot, algorithm, onChange }: OtherParametersProps) {
  const others = otherParameters();
  const algorithms = useAlgorithms();
  return (
    <More
      title="All other parameters"
      hint="Good as they are"
      forced={others.some(({ name }) => faults[name])}
    >
      {others.map(({ name, description }) => (
        <ParameterField
          key={name}
          model="TrainingsStart"
          name={name}
          value={texts[name] ?? ""}
          onChange={(text) => onChange({ [name]: text })}
          fault={faults[name]}
          hint={unusedHint(algorithms, algorithm, name) ?? hintOf(name, description, bot)}
        />
      ))}
    </More>
  );
}

function hintOf(name: string, description: string, bot: OtherParametersProps["bot"]): string {
  switch (name) {
    case "lr":
    case "gamma":
      return bot === null ? description : `${description}, ${formatNumber(bot[name])}`;
    case "fresh":
      return "Else it goes on from the bot's best weights. New ones replace what the bot has learned.";
    default:
      return description;
  }
}
