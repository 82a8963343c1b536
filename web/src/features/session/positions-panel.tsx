import type { ReactNode } from "react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import type { Schema } from "@/api/types";
import { formatMoney, formatNumber, formatPercent, formatPrice } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import type { Moment } from "./moment";
import { useSlice } from "./use-slice";

type Position = Schema<"PositionMessage"> & { share: number | null };
type Order = Schema<"PendingOrderMessage">;

interface PositionsPanelProps {
  feed: SessionFeed;
  /** Null: now. */
  moment: Moment | null;
}

/** What is held, what waits, and what does not trade. */
export function PositionsPanel({ feed, moment }: PositionsPanelProps) {
  return moment === null ? (
    <LivePositions feed={feed} />
  ) : (
    <Panel title="Positions" hint={`as of step ${moment.step}`} flush>
      <PositionsTable rows={withShare(moment.positions, moment.equity)} />
    </Panel>
  );
}

function LivePositions({ feed }: { feed: SessionFeed }) {
  const rows = useSlice(feed, ({ positions, equity }) => withShare(positions, equity));
  const { pending, halted } = useSlice(feed, (run) => ({
    pending: run.pending,
    halted: run.halted,
  }));
  return (
    <Panel title="Positions" flush>
      <PositionsTable rows={rows} />
      {halted.length > 0 && (
        <div className="border-line flex flex-wrap items-center gap-2 border-t px-3 py-2 sm:px-4">
          <span className="text-muted text-sm">Halted, does not trade any more:</span>
          {halted.map((symbol) => (
            <Badge key={symbol} tone="warn">
              {symbol}
            </Badge>
          ))}
        </div>
      )}
      {pending.length > 0 && (
        <div className="border-line border-t">
          <h3 className="text-muted px-3 pt-2 text-xs sm:px-4">
            Orders that wait for the next open of their symbol
          </h3>
          <ul className="max-h-40 overflow-y-auto px-3 pt-1 pb-2 sm:px-4">
            {pending.map((order) => (
              <li key={order.order_id} className="flex flex-wrap justify-between gap-x-3">
                <span className="wrap-anywhere">{orderText(order)}</span>
                <span className="text-muted text-sm">
                  <Time at={order.placed_at} />
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}

function withShare(
  positions: readonly Schema<"PositionMessage">[],
  equity: number | null,
): Position[] {
  return positions.map((position) => ({
    ...position,
    share: equity === null || equity === 0 ? null : position.value / equity,
  }));
}

const verbs: Record<Order["action"], string> = {
  buy: "Buy",
  sell: "Sell",
  short: "Short",
  cover: "Cover",
  close: "Close",
};

function orderText({ action, symbol, quantity, share }: Order): string {
  const size =
    quantity !== null
      ? `${formatNumber(quantity)} `
      : share !== null
        ? `${formatPercent(share)} of equity in `
        : "";
  return `${verbs[action]} ${size}${symbol}`;
}

const columns: Column<Position>[] = [
  {
    id: "symbol",
    header: "Symbol",
    cell: (row) => (
      <span className="font-medium">
        <Below text={row.quantity < 0 ? "short" : "long"}>{row.symbol}</Below>
      </span>
    ),
    sortValue: (row) => row.symbol,
  },
  {
    id: "quantity",
    header: "Quantity",
    align: "right",
    cell: (row) => formatNumber(row.quantity),
    sortValue: (row) => row.quantity,
  },
  {
    id: "price",
    header: "Price",
    hint: "Last known close, and below the average price of the entry",
    align: "right",
    cell: (row) => (
      <Below text={`entry ${formatPrice(row.average_price)}`}>{formatPrice(row.price)}</Below>
    ),
    sortValue: (row) => row.price,
  },
  {
    id: "value",
    header: "Value",
    hint: "Negative where short, and below its share of equity",
    align: "right",
    cell: (row) => (
      <Below text={`${formatPercent(row.share, { digits: 1 })} of equity`}>
        {formatMoney(row.value)}
      </Below>
    ),
    sortValue: (row) => row.value,
  },
  {
    id: "profit",
    header: "Profit",
    hint: "Not realised",
    align: "right",
    cell: (row) => <Delta value={row.profit} />,
    sortValue: (row) => row.profit,
  },
];

function Below({ text, children }: { text: string; children: ReactNode }) {
  return (
    <span className="whitespace-nowrap">
      {children}
      <span className="text-muted block text-xs">{text}</span>
    </span>
  );
}

function PositionsTable({ rows }: { rows: readonly Position[] }) {
  return (
    <div className="min-h-28">
      <DataTable
        caption="What is held"
        columns={columns}
        rows={rows}
        rowId={(row) => row.symbol}
        maxHeight={280}
        empty={<p className="text-muted px-4 py-8 text-center">Nothing is held: all is cash.</p>}
      />
    </div>
  );
}
