"use client";

import { ChartCandlestick, TriangleAlert } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import type { Load, TrainingFeed } from "@/api/feeds/training-feed";
import { useFeed } from "@/api/live";
import { PriceChart } from "@/charts/lazy";
import type { PriceChartHandle } from "@/charts/types";
import { formatDate, formatNumber } from "@/lib/format";
import { optionLabels } from "@/lib/parameter-names";
import { usePreferences } from "@/lib/preferences";
import { Segmented } from "@/ui/choice";
import { Panel } from "@/ui/panel";
import { EmptyState, Skeleton } from "@/ui/state";
import { Age } from "@/ui/time";
import { useSlowly } from "./hooks";
import { validationRange } from "./parts";
import { shownNames, useEvaluation, type Shown } from "./shown";
import { chartTrade } from "./trades";
import type { TrainingHistory } from "./training-history";
import { runOf, useRun } from "./use-run";

const HEIGHT = 440;
const SNAPSHOT_MS = 1_000;
const options = (Object.keys(shownNames) as Shown[]).map((value) => ({
  value,
  label: shownNames[value],
}));

interface PricePanelProps {
  feed: TrainingFeed;
  history: TrainingHistory;
  shown: Shown;
  onShown: (shown: Shown) => void;
}

/** The prices with every trade that is shown. */
export function PricePanel({ feed, history, shown, onShown }: PricePanelProps) {
  const load = useFeed(feed, (each) => each.load);
  return (
    <Panel
      title="Price and positions"
      actions={
        <Segmented label="Trades shown" value={shown} onChange={onShown} options={options} />
      }
    >
      {load === null ? (
        <Waiting feed={feed} />
      ) : shown === "live" ? (
        <LiveChart feed={feed} load={load} />
      ) : (
        <EvaluationChart feed={feed} load={load} history={history} part={shown} />
      )}
      <Origin feed={feed} load={load} />
    </Panel>
  );
}

/** Where the bars come from and what is to be known of them; its room is there before they are. */
function Origin({ feed, load }: { feed: TrainingFeed; load: Load | null }) {
  const source = useRun(feed, (run) => optionLabels[run.source] ?? run.source);
  return (
    <div className="text-muted mt-2 min-h-11 text-sm">
      <p>
        {load === null
          ? `The bars come from: ${source}`
          : `${formatNumber(load.closes.length)} bars from: ${source}`}
        {load?.fetched_at && (
          <>
            , read <Age at={load.fetched_at} />
          </>
        )}
      </p>
      {load?.notes?.map((note) => (
        <p key={note} className="text-warn">
          <TriangleAlert aria-hidden className="mr-1 inline size-4 align-text-bottom" />
          {note}
        </p>
      ))}
    </div>
  );
}

function Waiting({ feed }: { feed: TrainingFeed }) {
  const problem = useFeed(feed, (each) => each.loadProblem);
  const state = useRun(feed, (run) => run.state);
  return (
    <div style={{ height: HEIGHT }}>
      {state === "queued" || problem !== null ? (
        <EmptyState
          icon={ChartCandlestick}
          title="The bars are not loaded yet"
          text={problem?.msg ?? "They come when the training has a place."}
        />
      ) : (
        <div aria-busy="true" aria-label="Loading the bars" role="status">
          <Skeleton className="h-[440px]" />
        </div>
      )}
    </div>
  );
}

interface LiveChartProps {
  feed: TrainingFeed;
  load: Load;
}

function LiveChart({ feed, load }: LiveChartProps) {
  const chart = useRef<PriceChartHandle>(null);
  useEffect(
    () => feed.onStatus(({ bot }) => chart.current?.update(bot.trades.map(chartTrade), bot.day)),
    [feed],
  );
  const bot = useSlowly(feed, (each) => runOf(each).bot, SNAPSHOT_MS);
  const trades = useMemo(() => bot.trades.map(chartTrade), [bot]);
  const base = useBase(feed, load, "the open trade and the last closed ones of the shown episode");
  return <PriceChart {...base} trades={trades} day={bot.day} handle={chart} />;
}

interface EvaluationChartProps extends LiveChartProps {
  history: TrainingHistory;
  part: Exclude<Shown, "live">;
}

function EvaluationChart({ feed, load, history, part }: EvaluationChartProps) {
  const evaluation = useEvaluation(history, part);
  const trades = useMemo(() => evaluation?.trades.map(chartTrade) ?? [], [evaluation]);
  const base = useBase(feed, load, `${trades.length} trades of the best weights`);
  return <PriceChart {...base} trades={trades} />;
}

function useBase(feed: TrainingFeed, load: Load, what: string) {
  const zone = usePreferences((preferences) => preferences.zone);
  const symbol = useRun(feed, (run) => run.symbol);
  const times = useMemo(() => load.date_range.map((at) => Date.parse(at) / 1000), [load]);
  const from = formatDate(load.date_range[0], zone);
  const to = formatDate(load.date_range.at(-1), zone);
  const label = `Price of ${symbol} from ${from} to ${to}, with ${what}`;
  return {
    label,
    times,
    closes: load.closes,
    split: load.split,
    validation: validationRange(load.split),
    zone,
    height: HEIGHT,
  };
}
