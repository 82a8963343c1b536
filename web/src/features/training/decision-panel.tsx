"use client";

import { TrendingDown, TrendingUp } from "lucide-react";
import type { TrainingFeed } from "@/api/feeds/training-feed";
import { useFeed } from "@/api/live";
import { PredictionGauge } from "@/charts/gauge";
import { formatNumber, formatPrice } from "@/lib/format";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { decisionWords, openTrade } from "./trades";
import { useRun } from "./use-run";

/** What the shown account tends to do, did last, and holds. */
export function DecisionPanel({ feed }: { feed: TrainingFeed }) {
  return (
    <Panel title="Decision" hint="How strongly the bot favours each action at the shown bar">
      <Gauge feed={feed} />
      <dl className="border-line mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 border-t pt-3 text-sm">
        <LastDecision feed={feed} />
        <Position feed={feed} />
      </dl>
    </Panel>
  );
}

function Gauge({ feed }: { feed: TrainingFeed }) {
  const hold = useRun(feed, (run) => run.prediction.hold);
  const close = useRun(feed, (run) => run.prediction.close);
  const bull = useRun(feed, (run) => run.prediction.bull);
  const bear = useRun(feed, (run) => run.prediction.bear);
  return <PredictionGauge hold={hold} close={close} bull={bull} bear={bear} />;
}

function LastDecision({ feed }: { feed: TrainingFeed }) {
  const { name, meaning } = decisionWords(useRun(feed, (run) => run.last_decision));
  return (
    <>
      <dt className="text-muted">Last decision</dt>
      <dd>{`${name}: ${meaning}`}</dd>
    </>
  );
}

function Position({ feed }: { feed: TrainingFeed }) {
  const held = useRun(feed, (run) => openTrade(run.bot.trades));
  const openedAt = useFeed(feed, ({ load }) => (held ? load?.date_range[held.open_at] : undefined));
  const Icon = held?.side === 1 ? TrendingUp : TrendingDown;
  return (
    <>
      <dt className="text-muted">Position</dt>
      <dd className="min-h-10">
        {held === null ? (
          <span>None</span>
        ) : (
          <>
            <Icon aria-hidden className="mr-1 inline size-4 align-text-bottom" />
            {held.side === 1 ? "Long" : "Short"} {formatNumber(held.amount)} from{" "}
            {formatPrice(held.open_price)}
            <span className="block">
              now <Delta value={held.profit} />
            </span>
            {openedAt !== undefined && <span className="sr-only">, since {openedAt}</span>}
          </>
        )}
      </dd>
    </>
  );
}
