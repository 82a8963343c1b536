"use client";

import { ArrowLeftRight } from "lucide-react";
import { useMemo } from "react";
import type { TrainingFeed } from "@/api/feeds/training-feed";
import { useFeed } from "@/api/live";
import type { Trade } from "@/charts/types";
import { formatNumber } from "@/lib/format";
import { Panel } from "@/ui/panel";
import { EmptyState, SkeletonRows } from "@/ui/state";
import { DataTable } from "@/ui/table";
import { Tabs } from "@/ui/tabs";
import { useSlowly } from "./hooks";
import type { Part } from "./parts";
import { shownNames, shownOf, useEvaluation, type Shown } from "./shown";
import { tradeColumns } from "./trade-columns";
import { chartTrade } from "./trades";
import type { TrainingHistory } from "./training-history";
import { runOf, useRun } from "./use-run";

const TABLE_MS = 500;
const HEIGHT = 360;

interface TradesPanelProps {
  feed: TrainingFeed;
  history: TrainingHistory;
  shown: Shown;
  onShown: (shown: Shown) => void;
}

/** The same trades as on the chart, as a table. */
export function TradesPanel({ feed, history, shown, onShown }: TradesPanelProps) {
  const evaluated = (part: Part) => ({
    id: part,
    label: shownNames[part],
    content: <EvaluatedTrades feed={feed} history={history} part={part} />,
  });
  return (
    <Panel title="Trades">
      <Tabs
        label="Trades shown"
        value={shown}
        onChange={(id) => onShown(shownOf(id))}
        tabs={[
          { id: "live", label: shownNames.live, content: <LiveTrades feed={feed} /> },
          evaluated("validation"),
          evaluated("out_of_sample"),
        ]}
      />
    </Panel>
  );
}

function LiveTrades({ feed }: { feed: TrainingFeed }) {
  const shown = useSlowly(feed, (each) => runOf(each).bot.trades, TABLE_MS);
  const all = useSlowly(feed, (each) => runOf(each).trades, TABLE_MS);
  const trades = useMemo(() => shown.map(chartTrade), [shown]);
  const text =
    all > trades.length
      ? `The open trade and the last 50 closed ones of ${formatNumber(all)} in this episode.`
      : "All trades of this episode.";
  return (
    <TradeTable
      feed={feed}
      trades={trades}
      text={text}
      file={`training-${feed.id}-episode`}
      none="The shown account has not traded in this episode yet."
    />
  );
}

interface EvaluatedProps {
  feed: TrainingFeed;
  history: TrainingHistory;
  part: Part;
}

function EvaluatedTrades({ feed, history, part }: EvaluatedProps) {
  const evaluation = useEvaluation(history, part);
  const isRead = useSlowly(history, (each) => each.isRead, TABLE_MS);
  const trades = useMemo(() => evaluation?.trades.map(chartTrade) ?? [], [evaluation]);
  if (!isRead && evaluation === null) return <SkeletonRows rows={9} />;
  const text =
    evaluation === null
      ? ""
      : `The best weights so far, those after episode ${formatNumber(evaluation.episode)}: ${formatNumber(trades.length)} trades.`;
  return (
    <TradeTable
      feed={feed}
      trades={trades}
      text={text}
      file={`training-${feed.id}-${part.replaceAll("_", "-")}`}
      none="They come with the first evaluation, after an episode."
    />
  );
}

interface TradeTableProps {
  feed: TrainingFeed;
  trades: readonly Trade[];
  text: string;
  file: string;
  none: string;
}

function TradeTable({ feed, trades, text, file, none }: TradeTableProps) {
  const times = useFeed(feed, ({ load }) => load?.date_range);
  const symbol = useRun(feed, (run) => run.symbol);
  const columns = useMemo(() => tradeColumns(times ?? []), [times]);
  return (
    <div className="-mx-3 sm:-mx-4" style={{ minHeight: HEIGHT }}>
      <DataTable
        caption={`Trades of ${symbol}`}
        columns={columns}
        rows={trades}
        rowId={(trade) => String(trade.openAt)}
        initialSort={{ id: "opened", descending: true }}
        virtual={{ maxHeight: HEIGHT }}
        exportCsv={file}
        toolbar={<p className="text-muted text-sm">{text}</p>}
        empty={<EmptyState icon={ArrowLeftRight} title="No trades yet" text={none} />}
      />
    </div>
  );
}
