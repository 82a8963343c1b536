"use client";

import { Dumbbell, Play } from "lucide-react";
import { useMemo } from "react";
import { mapped, type Loadable } from "@/api/loadable";
import type { Bot, Schema, Training } from "@/api/types";
import { BotScores } from "@/features/bots/bot-scores";
import { evaluatedOf, ownTrainings, shareOf } from "@/features/bots/results";
import { isMember, Membership } from "@/features/populations/membership";
import { CREATED, MARKET, STATE } from "@/features/runs/columns";
import { formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { EmptyState, Ready, Skeleton, SkeletonRows } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";

interface BotTrainingsProps {
  bot: Bot;
  trainings: Loadable<Schema<"TrainingsPageMessage">>;
  onTrain: () => void;
}

/** What a bot's trainings came to, one after the other. */
export function BotTrainings({ bot, trainings, onTrain }: BotTrainingsProps) {
  const own = mapped(trainings, (page) => ownTrainings(bot, page.trainings));
  return (
    <Ready of={own} loading={<Waiting />} empty={<None bot={bot} onTrain={onTrain} />}>
      {(value) => <Trainings bot={bot} trainings={value} />}
    </Ready>
  );
}

function Trainings({ bot, trainings }: { bot: Bot; trainings: Training[] }) {
  const evaluated = useMemo(() => evaluatedOf(trainings), [trainings]);
  const columns = trainings.some(isMember) ? OF_MEMBERS : COLUMNS;
  return (
    <div className="flex flex-col gap-4">
      <BotScores evaluated={evaluated} />
      <Panel title="Trainings" flush>
        <DataTable
          caption={`Trainings of ${bot.name}`}
          columns={columns}
          rows={trainings}
          rowId={(training) => String(training.id)}
          href={(training) => `/training?id=${training.id}`}
          initialSort={{ id: "id", descending: true }}
          exportCsv={`trainings-${bot.name}`}
          maxHeight={560}
        />
      </Panel>
    </div>
  );
}

const COLUMNS: Column<Training>[] = [
  {
    id: "id",
    header: "Training",
    cell: ({ id }) => id,
    sortValue: ({ id }) => id,
  },
  STATE,
  MARKET,
  {
    id: "episodes",
    header: "Episodes",
    align: "right",
    cell: ({ episodes }) => formatNumber(episodes.current),
    sortValue: ({ episodes }) => episodes.current,
  },
  percentColumn("validation", "Validation", (each) => each.validation?.profit),
  percentColumn("out_of_sample", "Out of sample", (each) => each.out_of_sample?.profit),
  percentColumn("buy_and_hold", "Buy and hold", (each) => each.out_of_sample?.buy_and_hold),
  {
    id: "sharpe",
    header: "Sharpe",
    align: "right",
    hint: "Yearly Sharpe ratio out of sample",
    cell: ({ out_of_sample: result }) => formatNumber(result?.sharpe, { digits: 2 }),
    sortValue: ({ out_of_sample: result }) => result?.sharpe,
  },
  {
    id: "trades",
    header: "Trades",
    align: "right",
    hint: "Trades out of sample",
    cell: ({ out_of_sample: result }) => formatNumber(result?.trades),
    sortValue: ({ out_of_sample: result }) => result?.trades,
  },
  { ...CREATED, header: "Started" },
];

const POPULATION: Column<Training> = {
  id: "population",
  header: "Population",
  cell: (training) => (
    <span className="whitespace-nowrap">
      <Membership of={training} />
    </span>
  ),
  sortValue: ({ population_id: id }) => id,
};
const OF_MEMBERS: Column<Training>[] = [...COLUMNS.slice(0, 3), POPULATION, ...COLUMNS.slice(3)];

function percentColumn(
  id: string,
  header: string,
  profit: (training: Training) => number | null | undefined,
): Column<Training> {
  return {
    id,
    header,
    align: "right",
    hint: "Net of costs, as a share of the starting balance",
    cell: (training) => <Delta as="percent" value={shareOf(training, profit(training))} />,
    sortValue: (training) => shareOf(training, profit(training)),
  };
}

function Waiting() {
  return (
    <div className="flex flex-col gap-4">
      <Skeleton className="h-80" />
      <Panel title="Trainings" flush>
        <SkeletonRows rows={4} />
      </Panel>
    </div>
  );
}

function None({ bot, onTrain }: { bot: Bot; onTrain: () => void }) {
  return (
    <Panel title="Trainings">
      <EmptyState
        icon={Dumbbell}
        title={`${bot.name} has no trainings yet`}
        text="Its results on bars that it has not learned from will stand here, beside buying and holding."
        action={
          <Button icon={Play} onClick={onTrain}>
            Train {bot.name}
          </Button>
        }
      />
    </Panel>
  );
}
