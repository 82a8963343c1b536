"use client";

import { History } from "lucide-react";
import { useCallback, useMemo } from "react";
import type { EvaluationFeed } from "@/api/feeds/evaluation-feed";
import { useCommand } from "@/api/hooks";
import { useFeed } from "@/api/live";
import type { Schema } from "@/api/types";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import { standingsOf, unitsOf, type Standing, type Unit } from "@/features/evaluations/units";
import { formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { Progress } from "@/ui/progress";
import { DataTable, type Column } from "@/ui/table";

const HEIGHT = 380;
const MANY = 200; // so many rows are drawn whole

const COLUMNS: readonly Column<Unit>[] = [
  {
    id: "seq",
    header: "Event",
    cell: ({ seq }) => <span className="text-muted">#{seq}</span>,
    sortValue: ({ seq }) => seq,
    width: 80,
    hideOnPhone: true,
  },
  {
    id: "algorithm",
    header: "Algorithm",
    cell: ({ algorithm }) => algorithmLabel(algorithm),
    sortValue: ({ algorithm }) => algorithmLabel(algorithm),
  },
  {
    id: "seed",
    header: "Seed",
    align: "right",
    cell: ({ seed }) => String(seed),
    sortValue: ({ seed }) => seed,
  },
  {
    id: "fold",
    header: "Part",
    hint: "Which test part",
    align: "right",
    cell: ({ fold }) => formatNumber(fold),
    sortValue: ({ fold }) => fold,
  },
  {
    id: "return",
    header: "Return",
    hint: "Over the test part, with costs",
    align: "right",
    cell: ({ total_return: found }) => <Delta as="percent" value={found} />,
    sortValue: ({ total_return: found }) => found,
  },
  {
    id: "trades",
    header: "Trades",
    align: "right",
    cell: ({ trades }) => formatNumber(trades),
    sortValue: ({ trades }) => trades,
    hideOnPhone: true,
  },
  {
    id: "episodes",
    header: "Episodes",
    hint: "That were trained",
    align: "right",
    cell: ({ episodes }) => formatNumber(episodes),
    sortValue: ({ episodes }) => episodes,
    hideOnPhone: true,
  },
];

interface UnitsPanelProps {
  feed: EvaluationFeed;
  evaluation: Schema<"EvaluationRunMessage">;
}

/** The trainings that are judged so far: how far each algorithm is, and every one as it ends. */
export function UnitsPanel({ feed, evaluation }: UnitsPanelProps) {
  const events = useFeed(feed, (each) => each.events.all);
  const hasEarlier = useFeed(feed, (each) => each.events.hasEarlier);
  const { run, busy, problem } = useCommand(useCallback(() => feed.loadEarlier(), [feed]));
  const units = useMemo(() => unitsOf(events), [events]);
  return (
    <Panel
      title="Judged so far"
      hint="One line for each training, as it ends. No verdict follows from some of them."
      actions={
        hasEarlier && (
          <Button size="sm" icon={History} busy={busy} onClick={() => void run()}>
            Load earlier
          </Button>
        )
      }
      flush
    >
      <div className="flex flex-col gap-3 px-3 pb-3 sm:px-4">
        {problem && (
          <Notice tone="danger" live>
            {problem.msg}
          </Notice>
        )}
        <Standings standings={standingsOf(evaluation, units)} />
      </div>
      <DataTable
        caption="Judged so far"
        columns={COLUMNS}
        rows={units}
        rowId={({ seq }) => String(seq)}
        exportCsv={`evaluation-${evaluation.id}-so-far`}
        empty={<p className="text-muted px-3 pb-3 sm:px-4">None is judged yet.</p>}
        {...(units.length > MANY ? { virtual: { maxHeight: HEIGHT } } : { maxHeight: HEIGHT })}
      />
    </Panel>
  );
}

function Standings({ standings }: { standings: readonly Standing[] }) {
  return (
    <ul aria-label="Algorithms" className="grid gap-x-6 gap-y-2 sm:grid-cols-2 xl:grid-cols-3">
      {standings.map(({ algorithm, done, all, median }) => (
        <li key={algorithm} className="min-w-0">
          <p className="flex flex-wrap justify-between gap-x-3 text-sm">
            <span className="font-medium">{algorithmLabel(algorithm)}</span>
            <span className="text-muted whitespace-nowrap">
              median <Delta as="percent" value={median} />
            </span>
          </p>
          <Progress
            label={algorithmLabel(algorithm)}
            value={all === 0 ? null : done / all}
            text={`${formatNumber(done)} of ${formatNumber(all)}`}
            shown
          />
        </li>
      ))}
    </ul>
  );
}
