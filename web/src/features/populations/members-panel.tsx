"use client";

import { Ban, CircleDot, Pin } from "lucide-react";
import { useState } from "react";
import { refresh, useCommand } from "@/api/hooks";
import { patch } from "@/api/rest";
import { MARKS, type Mark, type Member, type Population } from "@/features/populations/population";
import { isActive } from "@/features/training/states";
import { formatNumber, unknown } from "@/lib/format";
import { uuid } from "@/lib/uuid";
import { Badge, StateBadge } from "@/ui/badge";
import { Button } from "@/ui/button";
import Link from "@/ui/link";
import { Notice } from "@/ui/notice";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { DataTable, type Column } from "@/ui/table";

const COLUMNS: readonly Column<Member>[] = [
  {
    id: "member",
    header: "Member",
    cell: ({ member }) => <span className="whitespace-nowrap">Member {member}</span>,
    sortValue: ({ member }) => member,
  },
  {
    id: "bot",
    header: "Bot",
    cell: ({ bot_name: bot }) => <BotLink name={bot} />,
    sortValue: ({ bot_name: bot }) => bot,
    hideOnPhone: true,
  },
  {
    id: "state",
    header: "State",
    cell: ({ state }) => <StateBadge state={state} />,
    sortValue: ({ state }) => state,
  },
  {
    id: "mark",
    header: "For the search",
    cell: ({ mark }) => (
      <Badge tone={mark === "pinned" ? "accent" : "neutral"} title={MARKS[mark].meaning}>
        {MARKS[mark].word}
      </Badge>
    ),
    sortValue: ({ mark }) => mark,
  },
  {
    id: "score",
    header: "Score",
    hint: "Log growth on validation of the weights as they are",
    align: "right",
    cell: ({ score }) =>
      score === null ? unknown : <Delta as="number" value={score} digits={4} />,
    sortValue: ({ score }) => score,
  },
  {
    id: "validation",
    header: "Validation",
    hint: "Profit of the best weights on the bars that choose them",
    align: "right",
    cell: ({ validation }) => (validation ? <Delta value={validation.profit} /> : unknown),
    sortValue: ({ validation }) => validation?.profit,
    hideOnPhone: true,
  },
  {
    id: "out-of-sample",
    header: "Out of sample",
    hint: "Profit of the best weights on bars that they never saw",
    align: "right",
    cell: ({ out_of_sample: part }) => (part ? <Delta value={part.profit} /> : unknown),
    sortValue: ({ out_of_sample: part }) => part?.profit,
    hideOnPhone: true,
  },
  {
    id: "episode",
    header: "Episode",
    align: "right",
    cell: ({ episode }) => formatNumber(episode),
    sortValue: ({ episode }) => episode,
  },
  {
    id: "lr",
    header: "Learning rate",
    align: "right",
    cell: ({ lr }) => formatNumber(lr),
    sortValue: ({ lr }) => lr,
    hideOnPhone: true,
  },
  {
    id: "gamma",
    header: "Discount",
    align: "right",
    cell: ({ gamma }) => formatNumber(gamma),
    sortValue: ({ gamma }) => gamma,
    hideOnPhone: true,
  },
];

/** Stands above the row, which leads to the training. */
function BotLink({ name }: { name: string }) {
  return (
    <Link
      href={`/bot?name=${encodeURIComponent(name)}`}
      className="hover:text-accent relative z-1 block min-w-24 wrap-anywhere underline underline-offset-2"
    >
      {name}
    </Link>
  );
}

const DEEDS: readonly { mark: Mark; label: string; icon: typeof Pin }[] = [
  { mark: "pinned", label: "Pin", icon: Pin },
  { mark: "excluded", label: "Exclude", icon: Ban },
  { mark: "free", label: "Free", icon: CircleDot },
];

/** The members with their scores; those that are chosen can be pinned, excluded and freed. */
export function MembersPanel({ population }: { population: Population }) {
  const { id, members, search, state } = population;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { run, busy, problem } = useCommand(async (mark: Mark) => {
    const path = { population_id: id };
    const body = { mark, members: [...selected].map(Number) };
    const answer = await patch("/api/populations/{population_id}", { path, body, id: uuid() });
    await refresh("/api/populations");
    setSelected(new Set());
    return answer;
  });
  const canMark = search !== null && isActive(state);
  return (
    <Panel
      title="Members"
      hint="Each is a bot of its own, with its own training: open it to pause, change or stop it alone."
      flush
    >
      {problem && (
        <div className="px-3 pb-2 sm:px-4">
          <Notice tone="danger" live>
            {problem.msg}
          </Notice>
        </div>
      )}
      <DataTable
        caption="Members"
        columns={COLUMNS}
        rows={members}
        rowId={({ member }) => String(member)}
        rowLabel={({ member }) => `member ${member}`}
        href={({ training_id: training }) => `/training?id=${training}`}
        initialSort={{ id: "member" }}
        exportCsv={`population-${id}`}
        maxHeight={640}
        {...(canMark && { selected, onSelect: setSelected })}
        toolbar={
          canMark &&
          DEEDS.map(({ mark, label, icon }) => (
            <Button
              key={mark}
              size="sm"
              icon={icon}
              disabled={selected.size === 0 || busy}
              title={selected.size === 0 ? "Select members" : MARKS[mark].meaning}
              onClick={() => void run(mark)}
            >
              {label}
            </Button>
          ))
        }
      />
    </Panel>
  );
}
