"use client";

import { clsx } from "clsx";
import Link from "@/ui/link";
import { useCallback, type ReactNode } from "react";
import type { TrainingFeed } from "@/api/feeds/training-feed";
import type { Training } from "@/api/types";
import { isMember, Membership } from "@/features/populations/membership";
import { optionLabels } from "@/lib/parameter-names";
import { StateBadge } from "@/ui/badge";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Time } from "@/ui/time";
import { useUrlState } from "@/ui/url-state";
import { ChangePanel } from "./change-panel";
import { ComparePanel } from "./compare-panel";
import { Controls } from "./controls";
import { CurvesPanel } from "./curves-panel";
import { DecisionPanel } from "./decision-panel";
import { EventLog } from "./event-log";
import { Figures, ProgressBars } from "./figures";
import { useHistory } from "./hooks";
import { Notices, useIsStale } from "./notices";
import { ParametersPanel } from "./parameters-panel";
import { PricePanel } from "./price-panel";
import { ResultPanel } from "./result-panel";
import { shownOf, type Shown } from "./shown";
import { TradesPanel } from "./trades-panel";
import { useRun } from "./use-run";

/** A training as it goes on, with all that can be done with it. */
export function TrainingView({ feed, compared }: { feed: TrainingFeed; compared: number[] }) {
  const history = useHistory(feed);
  const [word, setWord] = useUrlState("trades", "live");
  const shown = shownOf(word);
  const onShown = useCallback((next: Shown) => setWord(next), [setWord]);
  const compare = <ComparePanel id={feed.id} compared={compared} />;
  return (
    <TrainingFrame feed={feed}>
      <Notices feed={feed} />
      {compared.length > 0 && compare}
      <Fresh feed={feed}>
        <div className="grid min-w-0 grid-cols-1 gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
          <PricePanel feed={feed} history={history} shown={shown} onShown={onShown} />
          <div className="grid min-w-0 grid-cols-1 content-start gap-4 md:grid-cols-2 xl:grid-cols-1">
            <Panel title="Progress">
              <ProgressBars feed={feed} />
            </Panel>
            <DecisionPanel feed={feed} />
          </div>
        </div>
        <Figures feed={feed} />
        <div className="grid min-w-0 grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_26rem]">
          <CurvesPanel history={history} />
          <ResultPanel feed={feed} />
        </div>
        <TradesPanel feed={feed} history={history} shown={shown} onShown={onShown} />
        <div className="grid min-w-0 grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_26rem]">
          <EventLog feed={feed} />
          <ChangePanel feed={feed} />
        </div>
        <ParametersPanel feed={feed} />
      </Fresh>
      {compared.length === 0 && compare}
    </TrainingFrame>
  );
}

/** Its title, state and controls. */
function TrainingFrame({ feed, children }: { feed: TrainingFeed; children: ReactNode }) {
  const state = useRun(feed, (run) => run.state);
  const bot = useRun(feed, (run) => run.bot_name);
  const symbol = useRun(feed, (run) => run.symbol);
  const take = useCallback((training: Training) => feed.take(training), [feed]);
  return (
    <Page
      title={`${bot} on ${symbol}`}
      badge={<StateBadge state={state} />}
      subtitle={<Facts feed={feed} />}
      actions={<Controls id={feed.id} state={state} botName={bot} onAnswer={take} />}
    >
      {children}
    </Page>
  );
}

function Facts({ feed }: { feed: TrainingFeed }) {
  const bot = useRun(feed, (run) => run.bot_name);
  const period = useRun(feed, (run) => run.period);
  const source = useRun(feed, (run) => run.source);
  const algorithm = useRun(feed, (run) => run.algorithm);
  const startedAt = useRun(feed, (run) => run.started_at);
  const endedAt = useRun(feed, (run) => run.ended_at);
  const population = useRun(feed, (run) => run.population_id);
  const member = useRun(feed, (run) => run.member);
  return (
    <>
      Training {feed.id} of{" "}
      <Link
        href={`/bot?name=${encodeURIComponent(bot)}`}
        className="text-accent underline underline-offset-2"
      >
        {bot}
      </Link>
      {isMember({ population_id: population }) && (
        <>
          , <Membership of={{ population_id: population, member }} />,
        </>
      )}{" "}
      by {optionLabels[algorithm] ?? algorithm}, bars of {period} from{" "}
      {optionLabels[source] ?? source}
      {startedAt && (
        <>
          , started <Time at={startedAt} />
        </>
      )}
      {endedAt && (
        <>
          , ended <Time at={endedAt} />
        </>
      )}
    </>
  );
}

/** Dims what it holds while that may be out of date. */
function Fresh({ feed, children }: { feed: TrainingFeed; children: ReactNode }) {
  const isStale = useIsStale(feed);
  return (
    <div
      data-stale={isStale || undefined}
      className={clsx(
        "flex min-w-0 flex-col gap-4",
        isStale && "opacity-80 saturate-50 transition-[opacity,filter]",
      )}
    >
      {children}
    </div>
  );
}
