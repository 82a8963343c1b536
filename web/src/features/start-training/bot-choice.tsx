"use client";

import type { Bot } from "@/api/types";
import type { Faults, Texts } from "@/features/bots/bot-form";
import { BotFields } from "@/features/bots/bot-fields";
import { BusyNotice } from "@/features/bots/busy-notice";
import { activeTraining } from "@/features/bots/results";
import type { StartForm } from "@/features/start-training/form";
import { More } from "@/features/start-training/more";
import { Field } from "@/ui/field";
import { ParameterField } from "@/ui/parameter-field";
import { Select } from "@/ui/select";

interface BotChoiceProps {
  form: StartForm;
  bots: readonly Bot[];
  faults: Faults;
  onBot: (bot: string | null) => void;
  onNewBot: (changes: Texts) => void;
}

const NEW = "";

/** Which bot learns: one of mine, or a new one with its parameters. */
export function BotChoice({ form, bots, faults, onBot, onNewBot }: BotChoiceProps) {
  const busy = bots.find((bot) => bot.name === form.bot && activeTraining(bot) !== null);
  const options = [
    ...bots.map((bot) => ({ value: bot.name, label: bot.name, hint: standingOf(bot) })),
    { value: NEW, label: "A new bot", hint: "It is made when the training starts" },
  ];
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
        <Field label="Bot" required fault={faults.bot_name}>
          <Select
            value={form.bot ?? NEW}
            onChange={(next) => onBot(next === NEW ? null : next)}
            options={options}
            placeholder={form.bot ?? undefined}
          />
        </Field>
        {form.bot === null && (
          <ParameterField
            model="BotsCreate"
            name="name"
            label="Name of the new bot"
            hint=""
            value={form.newBot.name ?? ""}
            onChange={(name) => onNewBot({ name })}
            fault={faults["bot.name"]}
          />
        )}
      </div>
      {busy && (
        <BusyNotice bot={busy}>Stop it, wait for its end, or choose another bot.</BusyNotice>
      )}
      {form.bot === null && <NewBotParameters {...{ form, faults, onNewBot }} />}
    </div>
  );
}

function standingOf(bot: Bot): string {
  const training = activeTraining(bot);
  if (training !== null) return `In training ${training}`;
  return bot.trained ? "Trained" : "Not trained yet";
}

const ELSEWHERE: ReadonlySet<string> = new Set(["bot.name", "bot.algorithm", "bot.encoder"]);

/** Whether a fault is of a field that stands among the parameters of the new bot. */
function isInside(name: string): boolean {
  return name.startsWith("bot.") && !ELSEWHERE.has(name);
}

type NewBotProps = Pick<BotChoiceProps, "form" | "faults" | "onNewBot">;

function NewBotParameters({ form, faults, onNewBot }: NewBotProps) {
  const own = Object.fromEntries(
    Object.entries(faults).flatMap(([name, found]) =>
      isInside(name) ? [[name.slice(4), found]] : [],
    ),
  );
  return (
    <More
      title="Parameters of the new bot"
      hint="Good as they are"
      forced={Object.keys(own).length > 0}
    >
      <BotFields texts={form.newBot} faults={own} onChange={onNewBot} />
    </More>
  );
}
