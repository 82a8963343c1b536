"use client";

import { Bot, BrainCircuit, ChartColumn } from "lucide-react";
import { useMemo } from "react";
import { useGet } from "@/api/hooks";
import type { Loadable } from "@/api/loadable";
import { StateBadge, stateWord } from "@/ui/badge";
import { LinkButton } from "@/ui/button";
import { Combobox } from "@/ui/combobox";
import { Panel } from "@/ui/panel";
import { EmptyState, Ready, SkeletonRows } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { choicesOf, symbolsText, type Choice } from "./runs";

const MOST = 200;

/** My trainings and sessions that have begun. */
export function useChoices(): Loadable<Choice[]> {
  const trainings = useGet("/api/trainings", { query: { limit: MOST } });
  const sessions = useGet("/api/sessions", { query: { limit: MOST } });
  return useMemo(() => {
    if (trainings.status !== "ready") return trainings;
    if (sessions.status !== "ready") return sessions;
    const value = choicesOf(trainings.value.trainings, sessions.value.sessions);
    return { status: "ready", value, at: sessions.at };
  }, [trainings, sessions]);
}

/** Another account, beside the one that is shown. */
export function Picker({ topic, onPick }: { topic: string; onPick: (topic: string) => void }) {
  const choices = useChoices();
  const options = choices.status === "ready" ? choices.value : [];
  return (
    <div className="w-full sm:w-96">
      <Combobox
        label="Account to look at"
        value={topic}
        onChange={(next) => next !== "" && onPick(next)}
        options={options.map((choice) => ({
          value: choice.topic,
          label: `${choice.kind} ${choice.id}: ${choice.name}`,
          hint: `${symbolsText(choice.symbols)}, ${stateWord(choice.state).toLowerCase()}`,
        }))}
        none="No training or session is called so."
      />
    </div>
  );
}

const columns: Column<Choice>[] = [
  {
    id: "name",
    header: "Name",
    cell: ({ name }) => <span className="wrap-anywhere">{name}</span>,
    sortValue: ({ name }) => name,
  },
  {
    id: "kind",
    header: "Kind",
    cell: ({ kind, id }) => {
      const Icon = kind === "Training" ? Bot : BrainCircuit;
      return (
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
          <Icon aria-hidden className="text-muted size-3.5" />
          {kind} {id}
        </span>
      );
    },
    sortValue: ({ kind, id }) => `${kind} ${id}`,
  },
  {
    id: "symbols",
    header: "Symbols",
    hideOnPhone: true,
    cell: ({ symbols }) => symbolsText(symbols),
    sortValue: ({ symbols }) => symbols.join(),
  },
  {
    id: "state",
    header: "State",
    cell: ({ state }) => <StateBadge state={state} />,
    sortValue: ({ state }) => stateWord(state),
  },
  {
    id: "created",
    header: "Begun",
    hideOnPhone: true,
    cell: ({ createdAt }) => <Time at={createdAt} />,
    sortValue: ({ createdAt }) => Date.parse(createdAt),
  },
];

/** What there is to look at, where the address names nothing. */
export function Choose() {
  const choices = useChoices();
  return (
    <Panel title="Choose an account" hint="Trainings are shown out of sample." flush>
      <Ready of={choices} loading={<SkeletonRows rows={8} />} empty={<NothingYet />}>
        {(found) => (
          <DataTable
            caption="Trainings and sessions"
            columns={columns}
            rows={found}
            rowId={({ topic }) => topic}
            href={({ topic }) => `/analytics?topic=${encodeURIComponent(topic)}`}
            initialSort={{ id: "created", descending: true }}
          />
        )}
      </Ready>
    </Panel>
  );
}

function NothingYet() {
  return (
    <EmptyState
      icon={ChartColumn}
      title="There is no account to look at yet"
      text="Train a bot, or let an agent trade over a range of dates. Its equity, risk and trades are taken apart here."
      action={
        <>
          <LinkButton href="/trainings?start=1" variant="primary">
            Start a training
          </LinkButton>
          <LinkButton href="/agents">Go to the agents</LinkButton>
        </>
      }
    />
  );
}
