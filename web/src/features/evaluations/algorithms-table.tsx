import { algorithmLabel } from "@/features/algorithms/algorithms";
import type { AlgorithmReport, Interval, Report } from "@/features/evaluations/report";
import { VerdictBadge } from "@/features/evaluations/verdict-badge";
import { formatNumber, formatPercent, unknown } from "@/lib/format";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { DataTable, type Column } from "@/ui/table";

const COLUMNS: readonly Column<AlgorithmReport>[] = [
  {
    id: "name",
    header: "Algorithm",
    cell: ({ name }) => algorithmLabel(name),
    sortValue: ({ name }) => algorithmLabel(name),
  },
  {
    id: "better",
    header: "Verdict",
    hint: "Beside buying and holding",
    cell: ({ verdict }) => <VerdictBadge better={verdict.better} />,
    sortValue: ({ verdict }) => verdict.better,
  },
  {
    id: "confidence",
    header: "Confidence",
    align: "right",
    cell: ({ verdict }) => formatPercent(verdict.confidence, { digits: 0 }),
    sortValue: ({ verdict }) => verdict.confidence,
  },
  {
    id: "return",
    header: "Return",
    hint: "Of the pooled account, with its bootstrap interval",
    align: "right",
    cell: ({ total_return: found }) => (
      <WithInterval of={found} write={(value) => formatPercent(value, { sign: true })}>
        <Delta as="percent" value={found.value} />
      </WithInterval>
    ),
    sortValue: ({ total_return: { value } }) => value,
  },
  {
    id: "spread",
    header: "Over seeds",
    hint: "Median return, and that of the worst and the best seed",
    align: "right",
    cell: ({ summaries }) => {
      const spread = summaries.total_return;
      return (
        <span className="flex flex-col items-end leading-4">
          <Delta as="percent" value={spread?.median} />
          <span className="text-muted text-xs whitespace-nowrap">
            {formatPercent(spread?.low, { sign: true })} to{" "}
            {formatPercent(spread?.high, { sign: true })}
          </span>
        </span>
      );
    },
    sortValue: ({ summaries }) => summaries.total_return?.median,
    hideOnPhone: true,
  },
  {
    id: "sharpe",
    header: "Sharpe",
    hint: "Yearly, with its bootstrap interval",
    align: "right",
    cell: ({ sharpe }) => (
      <WithInterval of={sharpe} write={(value) => formatNumber(value, { digits: 2 })}>
        {formatNumber(sharpe.value, { digits: 2 })}
      </WithInterval>
    ),
    sortValue: ({ sharpe }) => sharpe.value,
  },
  {
    id: "deflated",
    header: "Deflated Sharpe",
    hint: "Probability that the true Sharpe ratio is above what luck shows in so many trials",
    align: "right",
    cell: ({ deflated_sharpe: { probability } }) => formatPercent(probability, { digits: 0 }),
    sortValue: ({ deflated_sharpe: { probability } }) => probability,
    hideOnPhone: true,
  },
  {
    id: "drawdown",
    header: "Drawdown",
    align: "right",
    cell: ({ pooled }) => formatPercent(pooled.max_drawdown),
    sortValue: ({ pooled }) => pooled.max_drawdown,
    hideOnPhone: true,
  },
  {
    id: "random",
    header: "By chance",
    hint: "Return of its own positions at other times",
    align: "right",
    cell: ({ random }) => <Delta as="percent" value={random.metrics.total_return} />,
    sortValue: ({ random }) => random.metrics.total_return,
    hideOnPhone: true,
  },
  {
    id: "trades",
    header: "Trades",
    align: "right",
    cell: ({ pooled }) => formatNumber(pooled.trades),
    sortValue: ({ pooled }) => pooled.trades,
    hideOnPhone: true,
  },
];

/** The algorithms side by side, each with how sure its figures are. */
export function AlgorithmsTable({ report }: { report: Report }) {
  return (
    <Panel title="Algorithms" flush>
      <DataTable
        caption="Algorithms"
        columns={COLUMNS}
        rows={report.algorithms}
        rowId={({ name }) => name}
        exportCsv="algorithms"
      />
    </Panel>
  );
}

interface WithIntervalProps {
  of: Interval;
  write: (value: number) => string;
  children: React.ReactNode;
}

function WithInterval({ of: { low, high, level }, write, children }: WithIntervalProps) {
  const isKnown = low !== null && high !== null;
  return (
    <span className="flex flex-col items-end leading-4">
      {children}
      <span className="text-muted text-xs whitespace-nowrap">
        {isKnown
          ? `${formatPercent(level, { digits: 0 })}: ${write(low)} to ${write(high)}`
          : unknown}
      </span>
    </span>
  );
}
