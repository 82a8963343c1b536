"use client";

import Link from "@/ui/link";
import { useCallback, useMemo } from "react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { useFeed } from "@/api/live";
import type { Session } from "@/api/types";
import { formatDate } from "@/lib/format";
import { Badge, StateBadge } from "@/ui/badge";
import { Page } from "@/ui/page";
import { AccountStats } from "./account-stats";
import { SessionControls } from "./controls";
import { EquityPanel } from "./equity-panel";
import { FiguresPanel } from "./figures-panel";
import { FillsPanel } from "./fills-panel";
import { HeaderNotices } from "./header-notices";
import { momentAt, timeOfStep } from "./moment";
import { OutsideTools } from "./outside-tools";
import { PositionsPanel } from "./positions-panel";
import { PricePanel } from "./price-panel";
import { FollowingBar } from "./replay-bar";
import { isActive } from "./states";
import { timeInEvents } from "./timeline";
import { TimelinePanel } from "./timeline-panel";
import { usePrices } from "./use-bars";
import { usePerformance } from "./use-performance";
import { useFills } from "./use-fills";
import { useReplay } from "./use-replay";

/** One session: what it is, what it does now, and every moment before. */
export function SessionView({ feed, session }: { feed: SessionFeed; session: Session }) {
  const state = useFeed(feed, ({ run }) => run?.state ?? session.state);
  const active = isActive(state);
  const replay = useReplay(useCallback(() => feed.run?.step ?? 0, [feed]));
  const known = useFills(feed);
  const performance = usePerformance(session.id, active);
  const traded = useMemo(
    () => [...new Set(known.fills.map(({ symbol }) => symbol))],
    [known.fills],
  );
  const prices = usePrices(traded, session, replay.at !== null);
  const curve = performance.status === "ready" ? performance.value : null;
  const moment = useMemo(() => {
    if (replay.at === null || curve === null) return null;
    const { balance } = session;
    const at = timeOfStep(curve.times, replay.at) ?? timeInEvents(feed.events.all, replay.at);
    const { equities } = curve;
    return momentAt(replay.at, { at, equities, fills: known.fills, balance, prices });
  }, [replay.at, curve, feed, known.fills, session, prices]);
  const past = moment?.at ?? null;
  const done = moment?.fills ?? null;
  const fills = useMemo(
    () => (done === null ? known.fills : known.fills.slice(0, done)),
    [known.fills, done],
  );

  return (
    <Page
      title={`Session ${session.id} of ${session.model_name}`}
      badge={
        <span role="status">
          <StateBadge state={state} />
        </span>
      }
      subtitle={<Subtitle session={session} />}
      actions={<SessionControls feed={feed} />}
    >
      <HeaderNotices feed={feed} />
      <FollowingBar feed={feed} replay={replay} past={past} state={state} />
      <AccountStats feed={feed} balance={session.balance} moment={moment} />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[minmax(0,6fr)_minmax(0,5fr)]">
        <div className="flex min-w-0 flex-col gap-4 lg:order-2">
          <EquityPanel feed={feed} performance={performance} step={replay.at} />
          <PositionsPanel feed={feed} moment={moment} />
        </div>
        <div className="min-w-0 lg:order-1">
          <TimelinePanel
            feed={feed}
            universe={session.universe}
            at={replay.at}
            speaks={active && speaks(session.base_model)}
            onShowStep={replay.show}
          />
        </div>
      </div>
      <PricePanel feed={feed} session={session} fills={fills} at={past} />
      <FillsPanel
        sessionId={session.id}
        fills={fills}
        isRead={known.isWhole}
        problem={known.problem}
        retry={known.retry}
      />
      <FiguresPanel sessionId={session.id} isActive={active} />
      {active && <OutsideTools sessionId={session.id} />}
    </Page>
  );
}

/** Baselines and bots decide without a word that would stream. */
function speaks(baseModel: string): boolean {
  return !baseModel.startsWith("baseline/") && !baseModel.startsWith("bot/");
}

function Subtitle({ session }: { session: Session }) {
  const { model_id, model_name, base_model, universe, period, live, start, end } = session;
  return (
    <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <Link
        href={`/agent?id=${model_id}`}
        className="text-accent inline-flex min-h-6 items-center hover:underline"
      >
        {model_name}
      </Link>
      <span className="wrap-anywhere">{base_model}</span>
      {live ? (
        <Badge tone="accent">Live paper time</Badge>
      ) : (
        <span>
          {formatDate(start)} to {formatDate(end)}
        </span>
      )}
      <span>bars of {period}</span>
      <span className="wrap-anywhere">{universeText(universe)}</span>
    </span>
  );
}

const MOST_NAMED = 8;

function universeText(universe: readonly string[]): string {
  if (universe.length <= MOST_NAMED) return universe.join(", ");
  return `${universe.slice(0, MOST_NAMED).join(", ")} and ${universe.length - MOST_NAMED} more`;
}
