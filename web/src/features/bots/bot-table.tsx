"use client";

import { Play } from "lucide-react";
import { useMemo } from "react";
import type { Bot, Training } from "@/api/types";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import type { Asked } from "@/features/bots/bot-dialogs";
import { BotMenu } from "@/features/bots/bot-menu";
import { activeTraining, shareOf } from "@/features/bots/results";
import { formatNumber } from "@/lib/format";
import { Badge, StateBadge, stateWord } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Delta } from "@/ui/number";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";

interface BotTableProps {
  bots: readonly Bot[];
  /** The newest evaluated training of each, by name. */
  results: ReadonlyMap<string, Training>;
  onAsk: (asked: Asked) => void;
  empty: React.ReactNode;
}

const VIRTUAL_FROM = 100;

export function BotTable({ bots, results, onAsk, empty }: BotTableProps) {
  const columns = useMemo(() => columnsOf(results, onAsk), [results, onAsk]);
  return (
    <DataTable
      caption="My bots"
      columns={columns}
      rows={bots}
      rowId={(bot) => bot.name}
      href={(bot) => `/bot?name=${encodeURIComponent(bot.name)}`}
      initialSort={{ id: "name" }}
      empty={empty}
      virtual={bots.length > VIRTUAL_FROM ? { rowHeight: 44, maxHeight: 720 } : undefined}
    />
  );
}

function columnsOf(
  results: ReadonlyMap<string, Training>,
  onAsk: (asked: Asked) => void,
): Column<Bot>[] {
  const resultOf = ({ name }: Bot) => {
    const training = results.get(name);
    return training === undefined ? null : shareOf(training, training.out_of_sample?.profit);
  };
  return [
    {
      id: "name",
      header: "Name",
      cell: (bot) => <span className="block min-w-24 wrap-break-word">{bot.name}</span>,
      sortValue: (bot) => bot.name,
    },
    {
      id: "state",
      header: "State",
      cell: (bot) => <StateBadge state={bot.state} />,
      sortValue: (bot) => stateWord(bot.state),
    },
    {
      id: "trained",
      header: "Trained",
      hint: "Whether it has weights that its next training goes on from",
      cell: (bot) => (bot.trained ? <Badge tone="accent">Yes</Badge> : <Badge>Not yet</Badge>),
      sortValue: (bot) => (bot.trained ? "yes" : "no"),
      hideOnPhone: true,
    },
    {
      id: "result",
      header: "Last result",
      align: "right",
      hint: "Profit out of sample of its newest training, beside buying and holding the same bars",
      cell: (bot) => <LastResult training={results.get(bot.name)} />,
      sortValue: resultOf,
    },
    {
      id: "algorithm",
      header: "Algorithm",
      cell: (bot) => algorithmLabel(bot.algorithm),
      sortValue: (bot) => algorithmLabel(bot.algorithm),
      hideOnPhone: true,
    },
    { id: "network", header: "Network", align: "right", cell: networkText, hideOnPhone: true },
    {
      id: "lr",
      header: "Learning rate",
      align: "right",
      cell: (bot) => formatNumber(bot.lr),
      sortValue: (bot) => bot.lr,
      hideOnPhone: true,
    },
    {
      id: "gamma",
      header: "Discount",
      align: "right",
      cell: (bot) => formatNumber(bot.gamma),
      sortValue: (bot) => bot.gamma,
      hideOnPhone: true,
    },
    {
      id: "created",
      header: "Created",
      cell: (bot) => <Time at={bot.created_at} show="date" />,
      sortValue: (bot) => Date.parse(bot.created_at),
      hideOnPhone: true,
    },
    {
      id: "actions",
      header: "Actions",
      hideHeader: true,
      align: "right",
      cell: (bot) => (
        <span className="relative z-1 flex items-center justify-end gap-1">
          {activeTraining(bot) === null && (
            <Button
              size="sm"
              icon={Play}
              aria-label={`Train ${bot.name}`}
              className="max-sm:hidden"
              onClick={() => onAsk({ kind: "train", bot })}
            >
              Train
            </Button>
          )}
          <BotMenu bot={bot} onAsk={onAsk} />
        </span>
      ),
    },
  ];
}

/** Layers times width. */
export function networkText({ depth, hidden_layers: width }: Bot): string {
  return `${formatNumber(depth)} × ${formatNumber(width)}`;
}

function LastResult({ training }: { training: Training | undefined }) {
  if (training === undefined) return <span className="text-muted">–</span>;
  const { profit, buy_and_hold: benchmark } = training.out_of_sample ?? {};
  return (
    <span className="flex flex-col items-end leading-4">
      <Delta as="percent" value={shareOf(training, profit)} />
      <span className="text-muted text-xs">
        buy and hold <Delta as="percent" value={shareOf(training, benchmark)} />
      </span>
    </span>
  );
}
