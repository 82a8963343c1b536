"use client";

import { ArrowLeftRight } from "lucide-react";
import { BarChart } from "@/charts/bar-chart";
import { Histogram } from "@/charts/histogram";
import { useChartTheme } from "@/charts/theme";
import { csv } from "@/lib/csv";
import { formatMoney, formatNumber, formatPercent } from "@/lib/format";
import type { RoundTrip } from "@/lib/round-trips";
import { Notice } from "@/ui/notice";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { EmptyState } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { bySymbol, type SymbolResult } from "./account";
import { histogramPicture, pngOf, symbolsPicture } from "./picture";
import { SaveCsv, SavePng } from "./save-button";

const HEIGHT = 240;
const signed = (value: number) => formatMoney(value, { sign: true });

interface TradesProps {
  trips: readonly RoundTrip[];
  /** How many trades the figures count. */
  counted: number;
  file: string;
}

/** How the trades ended: how many with which result. */
export function ResultsPanel({ trips, counted, file }: TradesProps) {
  const theme = useChartTheme();
  const profits = trips.map(({ profit }) => profit);
  const won = profits.filter((profit) => profit > 0).length;
  const text = `${formatNumber(trips.length)} trades, ${formatNumber(won)} of them won. A trade is an entry with its exit, net of fees.`;
  return (
    <Panel
      title="Results of the trades"
      hint={trips.length > 0 && text}
      actions={
        theme &&
        trips.length > 0 && (
          <>
            <SavePng
              file={`${file}-results`}
              of="the results of the trades"
              draw={() =>
                pngOf(histogramPicture("Results of the trades", profits, signed, theme), theme)
              }
            />
            <SaveCsv file={`${file}-trades`} of="the trades" text={() => tradesCsv(trips)} />
          </>
        )
      }
    >
      {trips.length !== counted && <BehindNotice />}
      {trips.length === 0 ? (
        <NoTrades />
      ) : (
        <Histogram
          values={profits}
          label={`Profits of ${formatNumber(trips.length)} trades`}
          height={HEIGHT}
          format={signed}
        />
      )}
    </Panel>
  );
}

/** What was read while the account went on. */
function BehindNotice() {
  return (
    <div className="mb-3">
      <Notice>The account goes on: these trades are not quite those that the figures count.</Notice>
    </div>
  );
}

function NoTrades() {
  return (
    <EmptyState
      icon={ArrowLeftRight}
      title="No trade is closed yet"
      text="A trade counts once its exit has filled."
    />
  );
}

function tradesCsv(trips: readonly RoundTrip[]): string {
  const header = ["symbol", "side", "quantity", "opened_at", "opened_price", "closed_at"];
  const rows = trips.map((trip) => [
    ...[trip.symbol, trip.side === 1 ? "long" : "short", trip.quantity, trip.openedAt],
    ...[trip.openedPrice, trip.closedAt, trip.closedPrice, trip.fees, trip.profit],
  ]);
  return csv([...header, "closed_price", "fees", "profit"], rows);
}

const columns: Column<SymbolResult>[] = [
  {
    id: "symbol",
    header: "Symbol",
    cell: ({ symbol }) => <span className="font-medium">{symbol}</span>,
    sortValue: ({ symbol }) => symbol,
  },
  {
    id: "profit",
    header: "Profit",
    align: "right",
    cell: ({ profit }) => <Delta value={profit} />,
    sortValue: ({ profit }) => profit,
  },
  {
    id: "trades",
    header: "Trades",
    align: "right",
    cell: ({ trades }) => formatNumber(trades),
    sortValue: ({ trades }) => trades,
  },
  {
    id: "won",
    header: "Won",
    align: "right",
    hint: "Share of its trades with a profit",
    cell: ({ winRate }) => formatPercent(winRate, { digits: 0 }),
    sortValue: ({ winRate }) => winRate,
  },
  {
    id: "best",
    header: "Best",
    align: "right",
    hideOnPhone: true,
    cell: ({ best }) => <Delta value={best} />,
    sortValue: ({ best }) => best,
  },
  {
    id: "worst",
    header: "Worst",
    align: "right",
    hideOnPhone: true,
    cell: ({ worst }) => <Delta value={worst} />,
    sortValue: ({ worst }) => worst,
  },
];

/** Where the profit came from. */
export function SymbolsPanel({ trips, file }: Pick<TradesProps, "trips" | "file">) {
  const theme = useChartTheme();
  const results = bySymbol(trips);
  return (
    <Panel
      title="By symbol"
      hint={results.length > 0 && "Profit of the closed trades, net of fees."}
      actions={
        theme &&
        results.length > 0 && (
          <SavePng
            file={`${file}-symbols`}
            of="profit by symbol"
            draw={() => pngOf(symbolsPicture("Profit by symbol", results, signed, theme), theme)}
          />
        )
      }
    >
      {results.length === 0 ? (
        <NoTrades />
      ) : (
        <>
          <BarChart
            bars={results.map(({ symbol, profit }) => ({ name: symbol, value: profit }))}
            label="Profit by symbol"
            nameLabel="Symbol"
            valueLabel="Profit"
            format={signed}
          />
          <div className="-mx-3 -mb-3 pt-2 sm:-mx-4 sm:-mb-4">
            <DataTable
              caption="Results by symbol"
              columns={columns}
              rows={results}
              rowId={({ symbol }) => symbol}
              initialSort={{ id: "profit", descending: true }}
              exportCsv={`${file}-symbols`}
              maxHeight={320}
            />
          </div>
        </>
      )}
    </Panel>
  );
}
