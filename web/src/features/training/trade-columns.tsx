import { TrendingDown, TrendingUp } from "lucide-react";
import type { Trade } from "@/charts/types";
import { formatNumber, formatPrice } from "@/lib/format";
import { Delta } from "@/ui/number";
import type { Column } from "@/ui/table";
import { Time } from "@/ui/time";

/** The columns of a table of trades; `times` are those of the bars. */
export function tradeColumns(times: readonly string[]): Column<Trade>[] {
  return [
    {
      id: "opened",
      header: "Opened",
      width: 150,
      cell: ({ openAt }) => <Time at={times[openAt]} />,
      sortValue: ({ openAt }) => openAt,
      csvValue: ({ openAt }) => times[openAt] ?? openAt,
    },
    {
      id: "closed",
      header: "Closed",
      width: 150,
      cell: ({ closeAt }) =>
        closeAt === null ? <span>still open</span> : <Time at={times[closeAt]} />,
      sortValue: ({ closeAt }) => closeAt,
      csvValue: ({ closeAt }) => (closeAt === null ? null : (times[closeAt] ?? closeAt)),
    },
    {
      id: "side",
      header: "Side",
      width: 90,
      cell: ({ side }) => <Side side={side} />,
      sortValue: ({ side }) => (side === 1 ? "long" : "short"),
    },
    {
      id: "amount",
      header: "Quantity",
      align: "right",
      width: 110,
      cell: ({ amount }) => formatNumber(amount),
      sortValue: ({ amount }) => amount,
    },
    {
      id: "entry",
      header: "Entry",
      align: "right",
      width: 110,
      cell: ({ openPrice }) => formatPrice(openPrice),
      sortValue: ({ openPrice }) => openPrice,
    },
    {
      id: "exit",
      header: "Exit",
      align: "right",
      width: 110,
      cell: ({ closePrice }) => formatPrice(closePrice),
      sortValue: ({ closePrice }) => closePrice,
    },
    {
      id: "profit",
      header: "Profit",
      align: "right",
      width: 130,
      hint: "Net of costs",
      cell: ({ profit }) => <Delta value={profit} />,
      sortValue: ({ profit }) => profit,
    },
    {
      id: "share",
      header: "Return",
      align: "right",
      width: 100,
      hint: "Profit over what was paid at the entry",
      cell: (trade) => <Delta value={shareOf(trade)} as="percent" />,
      sortValue: shareOf,
    },
    {
      id: "bars",
      header: "Bars",
      align: "right",
      width: 80,
      hint: "How many bars it was held",
      cell: (trade) => formatNumber(barsOf(trade)),
      sortValue: barsOf,
    },
  ];
}

function shareOf({ profit, openAmount }: Trade): number {
  return profit / openAmount;
}

function barsOf({ openAt, closeAt }: Trade): number | null {
  return closeAt === null ? null : closeAt - openAt;
}

function Side({ side }: { side: 1 | -1 }) {
  const Icon = side === 1 ? TrendingUp : TrendingDown;
  return (
    <span className="inline-flex items-center gap-1">
      <Icon aria-hidden className="text-muted size-3.5" />
      {side === 1 ? "Long" : "Short"}
    </span>
  );
}
