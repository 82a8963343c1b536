"use client";

import { Dumbbell, GitCompareArrows, Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useGet } from "@/api/hooks";
import type { RunState, Training } from "@/api/types";
import { Older, PAGE, useBefore } from "@/features/runs/older";
import { Button, LinkButton } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Select } from "@/ui/select";
import { EmptyState, Ready, SkeletonRows } from "@/ui/state";
import { DataTable } from "@/ui/table";
import { useUrlState } from "@/ui/url-state";
import { MOST_COMPARED } from "./comparison";
import { stateChoices, statesOf } from "./states";
import { trainingColumns } from "./training-columns";

const EVERY_MS = 5_000;
const StartTrainingDialog = dynamic(
  () =>
    import("@/features/start-training/start-training-dialog").then(
      (start) => start.StartTrainingDialog,
    ),
  { ssr: false },
);

/** All my trainings, those that go on kept up to date. */
export function TrainingsPage() {
  const [start, setStart] = useUrlState("start");
  const [bot, setBot] = useUrlState("bot");
  return (
    <Page
      title="Trainings"
      subtitle="A training improves a bot on one symbol. It goes on while you are away."
      actions={
        <Button variant="primary" icon={Plus} onClick={() => setStart("1")}>
          Start a training
        </Button>
      }
    >
      <TrainingList bot={bot} onBot={setBot} onStart={() => setStart("1")} />
      {start !== "" && (
        <StartTrainingDialog
          open
          onOpenChange={(open) => setStart(open ? "1" : "")}
          botName={bot || undefined}
        />
      )}
    </Page>
  );
}

interface TrainingListProps {
  bot: string;
  onBot: (bot: string) => void;
  onStart: () => void;
}

function TrainingList({ bot, onBot, onStart }: TrainingListProps) {
  const [state, setState] = useUrlState("state");
  const [beforeId, setBefore] = useBefore();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const states = statesOf(state);
  const page = useGet(
    "/api/trainings",
    {
      query: {
        limit: PAGE,
        before_id: beforeId,
        ...(states.length > 0 && { state: states as RunState[] }),
        ...(bot !== "" && { bot_name: bot }),
      },
    },
    { everyMs: EVERY_MS },
  );
  const isFiltered = state !== "" || bot !== "" || beforeId !== undefined;
  const change = (set: (value: string) => void) => (value: string) => {
    setBefore("");
    set(value);
  };
  return (
    <Panel flush>
      <div className="flex flex-wrap items-center gap-2 px-3 pt-3 sm:px-4">
        <div className="max-w-56 min-w-36 flex-1">
          <Select label="State" value={state} onChange={change(setState)} options={stateChoices} />
        </div>
        <div className="max-w-56 min-w-36 flex-1">
          <BotFilter value={bot} onChange={change(onBot)} />
        </div>
      </div>
      {page.status === "ready" && page.stale && (
        <div className="px-3 pt-3 sm:px-4">
          <Notice tone="warn">The list could not be read again. It may be out of date.</Notice>
        </div>
      )}
      <Ready of={page} loading={<SkeletonRows rows={8} />}>
        {({ trainings }) => (
          <DataTable
            caption="Trainings"
            columns={trainingColumns}
            rows={trainings}
            rowId={idOf}
            rowLabel={({ id }) => `training ${id}`}
            href={({ id }) => `/training?id=${id}`}
            selected={selected}
            onSelect={setSelected}
            exportCsv="trainings"
            toolbar={<CompareSelected selected={selected} />}
            empty={
              isFiltered ? (
                <EmptyState
                  icon={Dumbbell}
                  title="No training matches"
                  text="Choose another state or another bot."
                  action={
                    <LinkButton href="/trainings" replace>
                      Show all trainings
                    </LinkButton>
                  }
                />
              ) : (
                <EmptyState
                  icon={Dumbbell}
                  title="No trainings yet"
                  text="Start one, and watch the bot learn to trade on real prices."
                  action={
                    <Button variant="primary" icon={Plus} onClick={onStart}>
                      Start a training
                    </Button>
                  }
                />
              )
            }
          />
        )}
      </Ready>
      <Older next={page.status === "ready" ? page.value.next : null} />
    </Panel>
  );
}

function idOf({ id }: Training): string {
  return String(id);
}

function BotFilter({ value, onChange }: { value: string; onChange: (bot: string) => void }) {
  const bots = useGet("/api/bots", { query: { limit: 1_000, sort: "name" } });
  const known = bots.status === "ready" ? bots.value.bots.map(({ name }) => name) : [];
  const names = value === "" || known.includes(value) ? known : [value, ...known];
  const options = [
    { value: "", label: "Every bot" },
    ...names.map((name) => ({ value: name, label: name })),
  ];
  return <Select label="Bot" value={value} onChange={onChange} options={options} />;
}

/** Leads to the first of them with the others beside it. */
function CompareSelected({ selected }: { selected: ReadonlySet<string> }) {
  const [first, ...others] = [...selected];
  const text = `Compare selected${selected.size > 0 ? ` (${selected.size})` : ""}`;
  if (first === undefined || others.length === 0 || selected.size > MOST_COMPARED) {
    const title =
      selected.size > MOST_COMPARED
        ? `At most ${MOST_COMPARED} can be compared`
        : "Select two or more trainings";
    return (
      <Button size="sm" icon={GitCompareArrows} disabled title={title}>
        {text}
      </Button>
    );
  }
  return (
    <LinkButton icon={GitCompareArrows} href={`/training?id=${first}&compare=${others.join(",")}`}>
      {text}
    </LinkButton>
  );
}
