"use client";

import { Play } from "lucide-react";
import { useId, useRef, useState, type ReactNode, type SubmitEvent } from "react";
import { useCommand } from "@/api/hooks";
import { useAreAlgorithmsRead } from "@/features/algorithms/use-algorithms";
import { Attempt } from "@/features/bots/attempt";
import type { Faults, Texts } from "@/features/bots/bot-form";
import { firstTexts, requestFaults, requestOf } from "@/features/runs/request-form";
import { MarketChoice } from "@/features/start-training/market-choice";
import { More } from "@/features/start-training/more";
import { useMarket } from "@/features/start-training/use-market";
import type { Model, ParameterName } from "@/lib/parameters";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/notice";
import { ParameterField } from "@/ui/parameter-field";

export interface StartDialogProps {
  /** Told the id of what has started. */
  onStarted: (id: number) => void;
  onClose: () => void;
}

interface RequestDialogProps<M extends Model> extends StartDialogProps {
  title: string;
  description: string;
  /** The button that sends it. */
  action: string;
  model: M;
  /** What is usual where the platform has no default. */
  usual: Texts;
  shown: readonly ParameterName<M>[];
  /** What most people leave as it is. */
  others: readonly ParameterName<M>[];
  /** Parts of the form that are no plain fields. */
  parts?: (texts: Texts, faults: Faults, change: (changes: Texts) => void) => ReactNode;
  /** Fields of the request that `parts` ask for: their faults are shown there. */
  inParts?: readonly ParameterName<M>[];
  /** What `parts` ask for by themselves, and what is wrong with it. */
  beside?: { values: Record<string, unknown>; faults: Faults };
  /** Sends what was asked for, under this id. */
  send: (request: Record<string, unknown>, id: string) => Promise<{ id: number }>;
}

/** Asks for a market and what is to be done on it. */
export function RequestDialog<M extends Model>(props: RequestDialogProps<M>) {
  const { title, description, action, model, shown, others, parts, beside, onClose } = props;
  const id = useId();
  const element = useRef<HTMLFormElement>(null);
  const attempt = useRef(new Attempt());
  const [texts, setTexts] = useState(() => firstTexts(model, props.usual));
  const market = useMarket(texts);
  const isRead = useAreAlgorithmsRead() && market.isRead;
  const [isOpen, setOpen] = useState(isRead);
  if (isRead && !isOpen) setOpen(true); // with all that it says: nothing in it moves afterwards
  const start = useCommand((typed: Texts) => {
    const request = { ...requestOf(model, typed), ...beside?.values };
    return attempt.current.once(request, (key) => props.send(request, key));
  });
  const local = { ...requestFaults(model, texts), ...beside?.faults };
  const refused = start.problem?.field;
  const placed: readonly string[] = [...shown, ...others, ...(props.inParts ?? [])];
  const isPlaced = typeof refused === "string" && placed.includes(refused);
  const faults = isPlaced ? { ...local, [refused]: start.problem?.msg ?? "" } : local;
  const change = (changes: Texts) => {
    start.reset();
    setTexts((before) => ({ ...before, ...changes }));
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const { period, source } = market;
    const made =
      Object.keys(local).length > 0 ? undefined : await start.run({ ...texts, period, source });
    if (made !== undefined) return props.onStarted(made.id);
    setTimeout(() => element.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
  };
  const fields = (names: readonly ParameterName<M>[]) =>
    names.map((name) => (
      <ParameterField
        key={name}
        model={model}
        name={name}
        value={texts[name] ?? ""}
        onChange={(text) => change({ [name]: text })}
        fault={faults[name]}
      />
    ));
  return (
    <Dialog
      open={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={description}
      width="lg"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" icon={Play} type="submit" form={id} busy={start.busy}>
            {action}
          </Button>
        </>
      }
    >
      <form id={id} ref={element} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {start.problem !== null && !isPlaced && (
          <Notice tone="danger" live>
            {start.problem.msg}
          </Notice>
        )}
        <MarketChoice texts={texts} market={market} faults={faults} onChange={change} />
        {parts?.(texts, faults, change)}
        <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2 lg:grid-cols-4">{fields(shown)}</div>
        <More
          title="All other parameters"
          hint="Good as they are"
          forced={others.some((name) => faults[name])}
        >
          {fields(others)}
        </More>
      </form>
    </Dialog>
  );
}
