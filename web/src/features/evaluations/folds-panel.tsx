"use client";

import { useMemo } from "react";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import { foldLines, type AlgorithmReport, type Report } from "@/features/evaluations/report";
import { formatPercent } from "@/lib/format";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";

type Line = ReturnType<typeof foldLines>[number];

const COLUMNS: readonly Column<Line>[] = [
  {
    id: "fold",
    header: "Test part",
    cell: ({ number, test }) => (
      <span className="whitespace-nowrap">
        {number}:{" "}
        <span className="text-muted">
          <Time at={test.first_at} show="date" /> to <Time at={test.last_at} show="date" />
        </span>
      </span>
    ),
    sortValue: ({ number }) => number,
  },
  {
    id: "median",
    header: "Median seed",
    align: "right",
    cell: ({ median }) => <Delta as="percent" value={median} />,
    sortValue: ({ median }) => median,
  },
  {
    id: "spread",
    header: "Worst to best",
    align: "right",
    cell: ({ lowest, highest }) => (
      <span className="whitespace-nowrap">
        {formatPercent(lowest, { sign: true })} to {formatPercent(highest, { sign: true })}
      </span>
    ),
    sortValue: ({ lowest }) => lowest,
    hideOnPhone: true,
  },
  {
    id: "held",
    header: "Buy and hold",
    align: "right",
    cell: ({ buyAndHold }) => <Delta as="percent" value={buyAndHold} />,
    sortValue: ({ buyAndHold }) => buyAndHold,
  },
];

/** How an algorithm did on each test part, and its verdict. */
export function FoldsPanel({ report, algorithm }: { report: Report; algorithm: AlgorithmReport }) {
  const rows = useMemo(() => foldLines(report, algorithm), [report, algorithm]);
  const label = algorithmLabel(algorithm.name);
  return (
    <Panel title={`${label} by test part`} hint={algorithm.verdict.sentence} flush>
      <DataTable
        caption={`${label} by test part`}
        columns={COLUMNS}
        rows={rows}
        rowId={({ number }) => String(number)}
      />
    </Panel>
  );
}
