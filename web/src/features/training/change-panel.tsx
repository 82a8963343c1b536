"use client";

import { useCallback, useState } from "react";
import type { TrainingEvent, TrainingFeed } from "@/api/feeds/training-feed";
import { useCommand } from "@/api/hooks";
import { command, useFeed } from "@/api/live";
import type { Training } from "@/api/types";
import { fault, parameter, textOf, valueOf } from "@/lib/parameters";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { ParameterField } from "@/ui/parameter-field";
import { changeText } from "./log-lines";
import { isActive } from "./states";
import { useRun } from "./use-run";

const names = ["lr", "gamma", "batch_size", "max_episodes"] as const;
type Name = (typeof names)[number];
type Texts = Record<Name, string>;

/** The parameters that may change while it runs. */
export function ChangePanel({ feed }: { feed: TrainingFeed }) {
  const active = useRun(feed, (run) => isActive(run.state));
  const take = useCallback((training: Training) => feed.take(training), [feed]);
  const lr = useRun(feed, (run) => run.lr);
  const gamma = useRun(feed, (run) => run.gamma);
  const batch = useRun(feed, (run) => run.batch_size);
  const most = useRun(feed, (run) => run.max_episodes);
  const last = useFeed(feed, ({ events }) => lastChange(events.all));
  return (
    <Panel
      title="Change while it runs"
      hint={
        active
          ? "A change holds from the next step on, and is kept in the log."
          : "It has ended: nothing can be changed any more."
      }
    >
      <ChangeForm
        id={feed.id}
        now={{ lr, gamma, batch_size: batch, max_episodes: most }}
        disabled={!active}
        onAnswer={take}
      />
      <p role="status" className="text-muted mt-3 min-h-5 text-sm">
        {last && `${changeText(last.changed, last.step)}.`}
      </p>
    </Panel>
  );
}

/** The newest change, as the feed keeps it. */
export function lastChange(events: readonly TrainingEvent[]) {
  const found = events.findLast((event) => event.kind === "params");
  return found?.kind === "params" ? found.data : null;
}

interface ChangeFormProps {
  id: number;
  now: Record<Name, number>;
  disabled: boolean;
  onAnswer: (training: Training) => void;
}

export function ChangeForm({ id, now, disabled, onAnswer }: ChangeFormProps) {
  const [typed, setTyped] = useState<Partial<Texts>>({});
  const send = useCallback(
    async (changes: Partial<Record<Name, unknown>>) => {
      const answer = await command("trainings-update", { id, ...changes });
      onAnswer(answer);
      return answer;
    },
    [id, onAnswer],
  );
  const { run, busy, problem, reset } = useCommand(send);
  const changes = changesOf(typed, now);
  const isFaulty = names.some((name) => faultOf(name, typed[name]) !== null);
  const isChanged = Object.keys(changes).length > 0;
  const submit = async () => {
    if (isFaulty || !isChanged) return;
    if ((await run(changes)) !== undefined) setTyped({});
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      className="flex flex-col gap-3"
    >
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        {names.map((name) => (
          <ParameterField
            key={name}
            model="TrainingsUpdate"
            name={name}
            value={typed[name] ?? textOf(now[name])}
            onChange={(text) => {
              reset();
              setTyped((before) => ({ ...before, [name]: text }));
            }}
            fault={problem?.field === name ? problem.msg : null}
            disabled={disabled || busy}
          />
        ))}
      </div>
      {problem && !names.some((name) => name === problem.field) && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          variant="primary"
          busy={busy}
          disabled={disabled || isFaulty || !isChanged}
        >
          Apply
        </Button>
        <Button
          disabled={disabled || busy || Object.keys(typed).length === 0}
          onClick={() => {
            reset();
            setTyped({});
          }}
        >
          Discard
        </Button>
      </div>
    </form>
  );
}

function faultOf(name: Name, text: string | undefined): string | null {
  return text === undefined ? null : fault(parameter("TrainingsUpdate", name), text);
}

/** What was typed and is another value than the one that holds now. */
export function changesOf(
  typed: Partial<Texts>,
  now: Record<Name, number>,
): Partial<Record<Name, unknown>> {
  const changed = names.flatMap((name) => {
    const text = typed[name];
    if (text === undefined) return [];
    const value = valueOf(parameter("TrainingsUpdate", name), text);
    return value === null || value === undefined || value === now[name] ? [] : [[name, value]];
  });
  return Object.fromEntries(changed) as Partial<Record<Name, unknown>>;
}
