import type { Baseline, Report } from "@/features/evaluations/report";
import { policyName } from "@/features/evaluations/words";
import { formatNumber, formatPercent } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { DataTable, type Column } from "@/ui/table";

const COLUMNS: readonly Column<Baseline>[] = [
  {
    id: "name",
    header: "Policy",
    cell: ({ name, sentence, is_bound: isBound }) => (
      <span className="block min-w-40">
        {policyName(name)} {isBound && <Badge>A bound</Badge>}
        <span className="text-muted block text-xs">{sentence}</span>
      </span>
    ),
    sortValue: ({ name }) => policyName(name),
  },
  {
    id: "return",
    header: "Return",
    align: "right",
    cell: ({ metrics }) => <Delta as="percent" value={metrics.total_return} />,
    sortValue: ({ metrics }) => metrics.total_return,
  },
  {
    id: "sharpe",
    header: "Sharpe",
    align: "right",
    cell: ({ metrics }) => formatNumber(metrics.sharpe, { digits: 2 }),
    sortValue: ({ metrics }) => metrics.sharpe,
  },
  {
    id: "drawdown",
    header: "Drawdown",
    align: "right",
    cell: ({ metrics }) => formatPercent(metrics.max_drawdown),
    sortValue: ({ metrics }) => metrics.max_drawdown,
    hideOnPhone: true,
  },
  {
    id: "exposure",
    header: "Held",
    hint: "Share of the bars over which a position was held",
    align: "right",
    cell: ({ metrics }) => formatPercent(metrics.exposure, { digits: 0 }),
    sortValue: ({ metrics }) => metrics.exposure,
    hideOnPhone: true,
  },
  {
    id: "trades",
    header: "Trades",
    align: "right",
    cell: ({ metrics }) => formatNumber(metrics.trades),
    sortValue: ({ metrics }) => metrics.trades,
    hideOnPhone: true,
  },
];

/** What needs no learning, on the same bars with the same costs. */
export function BaselinesTable({ report }: { report: Report }) {
  return (
    <Panel title="What needs no learning" hint="On the same bars, with the same costs" flush>
      <DataTable
        caption="What needs no learning"
        columns={COLUMNS}
        rows={report.baselines}
        rowId={({ name }) => name}
      />
    </Panel>
  );
}
