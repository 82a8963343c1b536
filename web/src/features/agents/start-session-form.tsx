"use client";

import Link from "@/ui/link";
import { useState, type SubmitEvent } from "react";
import { useGet } from "@/api/hooks";
import type { Agent } from "@/api/types";
import { needsKey } from "@/features/agents/base-models";
import {
  commonDates,
  dayOf,
  mostDecisions,
  USUAL_LABELS,
  presetsOf,
  rangeFaults,
  type Dates,
} from "@/features/agents/ranges";
import type { StartSession } from "@/features/agents/use-start-session";
import { formatMoney, formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { RadioGroup } from "@/ui/choice";
import { DateInput, Field } from "@/ui/field";
import { Notice } from "@/ui/notice";

interface StartSessionFormProps {
  id: string;
  agent: Agent;
  start: StartSession;
}

type Mode = "range" | "live";

const MODES = [
  {
    value: "range" as const,
    label: "Over past dates",
    hint: "It trades day after day as fast as its model answers, and sees nothing that became known later.",
  },
  {
    value: "live" as const,
    label: "Live on paper",
    hint: "It decides once now, then whenever a bar ends, with prices as they come, until you stop it.",
  },
];

/** Over which dates an agent trades, or whether it trades live. */
export function StartSessionForm({ id, agent, start }: StartSessionFormProps) {
  const symbols = useGet("/api/symbols", {});
  const known = symbols.status === "ready" ? symbols.value.symbols : [];
  const dates = commonDates(known, agent);
  const presets =
    symbols.status === "loading" ? [] : presetsOf(dates, dayOf(new Date().toISOString()));
  const usual = presets[0] ?? { start: "", end: "" };
  const [mode, setMode] = useState<Mode>("range");
  const [typed, setTyped] = useState<Partial<Dates>>({});
  const [revealed, setRevealed] = useState(false);
  const range = { start: typed.start ?? usual.start, end: typed.end ?? usual.end };
  const local = mode === "range" ? rangeFaults(range) : {};
  const { problem } = start;
  const isPlaced = mode === "range" && (problem?.field === "start" || problem?.field === "end");
  const faults = {
    ...(revealed || typed.start !== undefined || typed.end !== undefined ? local : {}),
    ...(isPlaced && { [problem?.field ?? ""]: problem?.msg }),
  } as Partial<Record<keyof Dates, string>>;

  const change = (next: Partial<Dates>) => {
    start.reset();
    setTyped((before) => ({ ...before, ...next }));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setRevealed(true);
    if (Object.keys(local).length === 0) void start.run(mode === "live" ? null : range);
  };

  return (
    <form id={id} noValidate onSubmit={submit} className="flex flex-col gap-4">
      <RadioGroup
        label="Which prices"
        value={mode}
        onChange={(next) => {
          start.reset();
          setMode(next);
        }}
        options={MODES}
      />
      {mode === "range" && (
        <div className="flex flex-col gap-2">
          <div className="flex flex-wrap gap-2" role="group" aria-label="Usual dates">
            {symbols.status === "loading" &&
              USUAL_LABELS.map((label) => (
                <Button key={label} size="sm" disabled>
                  {label}
                </Button>
              ))}
            {presets.map((preset) => (
              <Button
                key={preset.id}
                size="sm"
                aria-pressed={preset.start === range.start && preset.end === range.end}
                className="aria-pressed:border-accent aria-pressed:text-accent"
                onClick={() => change({ start: preset.start, end: preset.end })}
              >
                {preset.label}
              </Button>
            ))}
          </div>
          <div className="grid gap-3 sm:grid-cols-2">
            <Field label="First date" required fault={faults.start}>
              <DateInput value={range.start} onChange={(next) => change({ start: next })} />
            </Field>
            <Field label="Last date" required fault={faults.end}>
              <DateInput value={range.end} onChange={(next) => change({ end: next })} />
            </Field>
          </div>
          <p className="text-muted min-h-[3lh] text-sm sm:min-h-[2lh]">
            {datesText(dates, symbols.status === "loading")} {effortText(range, agent)}
          </p>
        </div>
      )}
      {problem !== null && !isPlaced && (
        <Notice tone="danger" live title={problem.msg}>
          {needsKey(agent.base_model) && (
            <>
              A model of a provider needs a key: look at{" "}
              <Link href="/settings" className="text-accent underline">
                your keys
              </Link>
              .
            </>
          )}
        </Notice>
      )}
    </form>
  );
}

function datesText(dates: Dates | null, isLoading: boolean): string {
  if (isLoading) return "Reading which dates there are …";
  if (dates === null) return "The sources do not tell which dates they have for these symbols.";
  return `All of its symbols have bars from ${dates.start} to ${dates.end}.`;
}

/** How many decisions there will be, and what they may cost. */
function effortText(range: Dates, agent: Agent): string {
  const decisions = mostDecisions(range, agent.period);
  const count =
    decisions === null
      ? "There is a decision at the end of each bar."
      : `That is about ${formatNumber(decisions)} decisions.`;
  if (!needsKey(agent.base_model)) return `${count} They cost nothing.`;
  return agent.max_cost === null
    ? `${count} The agent has no cost limit of its own.`
    : `${count} It stops when they have cost ${formatMoney(agent.max_cost)} USD.`;
}
