import { memo } from "react";
import type { Problem } from "@/api/problem";
import { formatMoney, formatNumber, formatPrice, numberOf } from "@/lib/format";
import { Panel } from "@/ui/panel";
import { FailedState, SkeletonRows } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import type { Fill } from "./account";

interface FillsPanelProps {
  sessionId: number;
  /** Those that are shown. */
  fills: readonly Fill[];
  isRead: boolean;
  problem: Problem | null;
  retry: () => void;
}

const amountOf = ({ quantity, price }: Fill) => Math.abs(Number(quantity) * Number(price));
const isBuy = ({ quantity }: Fill) => !quantity.startsWith("-");

const columns: Column<Fill>[] = [
  {
    id: "at",
    header: "Time",
    cell: (fill) => <Time at={fill.at} />,
    sortValue: (fill) => Date.parse(fill.at),
    csvValue: (fill) => fill.at,
    width: 150,
  },
  {
    id: "symbol",
    header: "Symbol",
    cell: (fill) => <span className="font-medium">{fill.symbol}</span>,
    sortValue: (fill) => fill.symbol,
    width: 100,
  },
  {
    id: "side",
    header: "Side",
    cell: (fill) => (isBuy(fill) ? "Bought" : "Sold"),
    sortValue: (fill) => (isBuy(fill) ? "Bought" : "Sold"),
    width: 90,
  },
  {
    id: "quantity",
    header: "Quantity",
    align: "right",
    cell: (fill) => formatNumber(Math.abs(Number(fill.quantity))),
    sortValue: (fill) => Math.abs(Number(fill.quantity)),
    csvValue: (fill) => fill.quantity.replace("-", ""),
    width: 110,
  },
  {
    id: "price",
    header: "Price",
    align: "right",
    cell: (fill) => formatPrice(fill.price),
    sortValue: (fill) => numberOf(fill.price),
    csvValue: (fill) => fill.price,
    width: 110,
  },
  {
    id: "amount",
    header: "Amount",
    align: "right",
    cell: (fill) => formatMoney(amountOf(fill)),
    sortValue: amountOf,
    width: 120,
  },
  {
    id: "fee",
    header: "Fee",
    align: "right",
    cell: (fill) => formatMoney(fill.fee, { digits: 4 }),
    sortValue: (fill) => numberOf(fill.fee),
    csvValue: (fill) => fill.fee,
    width: 100,
  },
];

/** Every execution of the account; what is exported is exact to the digit. */
export const FillsPanel = memo(function FillsPanel(props: FillsPanelProps) {
  const { sessionId, fills, isRead, problem, retry } = props;
  return (
    <Panel title="Fills" flush>
      {problem !== null && fills.length === 0 ? (
        <FailedState problem={problem} retry={retry} />
      ) : !isRead && fills.length === 0 ? (
        <SkeletonRows rows={6} />
      ) : (
        <DataTable
          caption="Fills of the session"
          columns={columns}
          rows={fills}
          rowId={(fill) => String(fill.seq)}
          initialSort={{ id: "at", descending: true }}
          virtual={{ maxHeight: 420 }}
          exportCsv={`session-${sessionId}-fills`}
          toolbar={
            <p className="text-muted text-sm">
              {formatNumber(fills.length)} {fills.length === 1 ? "fill" : "fills"}
            </p>
          }
          empty={<p className="text-muted px-4 py-10 text-center">No order has filled yet.</p>}
        />
      )}
    </Panel>
  );
});
