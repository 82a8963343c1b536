"use client";

import { useId, useRef, useState, type SubmitEvent } from "react";
import { refresh, useCommand } from "@/api/hooks";
import { patch, post } from "@/api/rest";
import type { Bot } from "@/api/types";
import { AlgorithmChoice } from "@/features/algorithms/algorithm-choice";
import { fittingEncoder } from "@/features/algorithms/algorithms";
import { EncoderChoice } from "@/features/algorithms/encoder-choice";
import { useAlgorithms } from "@/features/algorithms/use-algorithms";
import { Attempt } from "@/features/bots/attempt";
import {
  botChanges,
  botFaults,
  botRequest,
  botTexts,
  dropsWeights,
  needsNewWeights,
  newBotTexts,
  type Texts,
} from "@/features/bots/bot-form";
import { BotFields } from "@/features/bots/bot-fields";
import { BusyNotice } from "@/features/bots/busy-notice";
import { CONSEQUENCES } from "@/features/bots/consequences";
import { copyName, freeName } from "@/features/bots/names";
import { activeTraining } from "@/features/bots/results";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/notice";
import { ParameterField } from "@/ui/parameter-field";
import { toast } from "@/ui/toast";

export type BotFormPurpose =
  { kind: "create" } | { kind: "duplicate"; bot: Bot } | { kind: "edit"; bot: Bot };

interface BotFormDialogProps {
  purpose: BotFormPurpose;
  /** Names of all my bots. */
  names: readonly string[];
  onClose: () => void;
  onSaved?: (bot: Bot) => void;
}

const WORDS = {
  create: {
    title: () => "New bot",
    text: "A bot learns by training. All of this can be changed later.",
    save: "Create bot",
  },
  duplicate: {
    title: (name: string) => `Duplicate ${name}`,
    text: CONSEQUENCES.duplicate,
    save: "Create copy",
  },
  edit: {
    title: (name: string) => `Edit ${name}`,
    text: "The parameters hold from the next training on; one that runs now keeps its own.",
    save: "Save",
  },
};

/** Asks for the name and the parameters of a bot. */
export function BotFormDialog({ purpose, names, onClose, onSaved }: BotFormDialogProps) {
  const id = useId();
  const attempt = useRef(new Attempt());
  const bot = purpose.kind === "create" ? null : purpose.bot;
  const words = WORDS[purpose.kind];
  const algorithms = useAlgorithms();
  const [texts, setTexts] = useState(() => firstTexts(purpose, names));
  const save = useCommand((typed: Texts) => send(purpose, typed, attempt.current));
  const others = purpose.kind === "edit" ? names.filter((name) => name !== bot?.name) : names;
  const local = botFaults(texts, others);
  const field = save.problem?.field === "new_name" ? "name" : save.problem?.field;
  const isPlaced = typeof field === "string" && field in texts;
  const faults = isPlaced ? { ...local, [field]: save.problem?.msg ?? "" } : local;
  const changes = purpose.kind === "edit" ? botChanges(purpose.bot, texts) : {};
  const forgets = bot !== null && dropsWeights(bot, changes);
  const isHeld = bot !== null && activeTraining(bot) !== null && needsNewWeights(changes);

  const change = (next: Texts) => {
    save.reset();
    setTexts((before) => ({ ...before, ...next }));
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (Object.keys(local).length > 0) {
      document.getElementById(id)?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
      return;
    }
    const saved = await save.run(texts);
    if (saved === undefined) return;
    toast(savedText(purpose, saved), { tone: saved.note ? "info" : "good" });
    onSaved?.(saved);
    onClose();
    void refresh("/api/bots");
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.title(bot?.name ?? "")}
      description={words.text}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={save.busy}>
            {words.save}
          </Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={submit} className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
        <ParameterField
          model="BotsCreate"
          name="name"
          hint="Unique among your bots"
          value={texts.name ?? ""}
          onChange={(name) => change({ name })}
          fault={faults.name}
          className="sm:col-span-2"
        />
        <AlgorithmChoice
          value={texts.algorithm ?? ""}
          onChange={(algorithm) =>
            change({
              algorithm,
              encoder: fittingEncoder(algorithms, algorithm, texts.encoder ?? ""),
            })
          }
          own={purpose.kind === "edit" ? purpose.bot.algorithm : undefined}
          fault={faults.algorithm}
          className="sm:col-span-2"
        />
        <EncoderChoice
          value={texts.encoder ?? ""}
          onChange={(encoder) => change({ encoder })}
          algorithm={texts.algorithm}
          own={purpose.kind === "edit" ? purpose.bot.encoder : undefined}
          fault={faults.encoder}
          className="sm:col-span-2"
        />
        <BotFields texts={texts} faults={faults} onChange={change} />
        <div className="flex flex-col gap-3 sm:col-span-2">
          {isHeld && (
            <BusyNotice bot={bot}>
              Its width, number of layers, algorithm and encoder can be changed once that has ended.
            </BusyNotice>
          )}
          {forgets && !isHeld && (
            <Notice tone="warn" live>
              Another width, number of layers, algorithm or encoder drops the weights: {bot?.name}{" "}
              forgets all that it has learned.
            </Notice>
          )}
          {save.problem !== null && !isPlaced && (
            <Notice tone="danger" live>
              {save.problem.msg}
            </Notice>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function firstTexts(purpose: BotFormPurpose, names: readonly string[]): Texts {
  switch (purpose.kind) {
    case "create":
      return newBotTexts(freeName(names));
    case "duplicate":
      return { ...botTexts(purpose.bot), name: copyName(purpose.bot.name, names) };
    case "edit":
      return botTexts(purpose.bot);
  }
}

async function send(purpose: BotFormPurpose, texts: Texts, attempt: Attempt): Promise<Bot> {
  if (purpose.kind !== "edit") {
    const body = botRequest(texts);
    return await attempt.once(body, (id) => post("/api/bots", { body, id }));
  }
  const body = botChanges(purpose.bot, texts);
  if (Object.keys(body).length === 0) return purpose.bot;
  const path = { name: purpose.bot.name };
  return await attempt.once(body, (id) => patch("/api/bots/{name}", { path, body, id }));
}

function savedText(purpose: BotFormPurpose, { name, note }: Bot): string {
  if (note) return `${name} is saved: ${note}.`;
  return purpose.kind === "edit" ? `${name} is saved.` : `${name} is there. Train it next.`;
}
