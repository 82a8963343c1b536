"use client";

import { Dumbbell } from "lucide-react";
import { useMemo } from "react";
import type { Agent, Bot } from "@/api/types";
import { formatNumber } from "@/lib/format";
import { LinkButton } from "@/ui/button";
import { Delta } from "@/ui/number";
import { Page } from "@/ui/page";
import { Stat, StatGrid } from "@/ui/stat";
import { HappeningsPanel } from "./happenings-panel";
import { happenings, totals, traders, type Totals } from "./overview";
import { RunningPanel } from "./running-panel";
import { isActive } from "./shown-run";
import { SystemPanel } from "./system-panel";
import { TraderPanel } from "./trader-panel";
import { shown, type Listed } from "./use-runs";

const HAPPENINGS = 12;

interface OverviewProps {
  bots: readonly Bot[];
  agents: readonly Agent[];
  runs: readonly Listed[];
  isAdmin: boolean;
}

export function Overview({ bots, agents, runs, isAdmin }: OverviewProps) {
  const all = useMemo(() => runs.map(shown), [runs]);
  const active = useMemo(() => runs.filter(({ run }) => isActive(run)), [runs]);
  const mine = useMemo(() => traders(bots, agents, all), [bots, agents, all]);
  return (
    <Page
      title="Home"
      actions={
        active.length > 0 && (
          <LinkButton href="/trainings?start=1" variant="primary" icon={Dumbbell}>
            Start a training
          </LinkButton>
        )
      }
    >
      <Figures totals={totals(all.filter(isActive))} bots={bots.length} agents={agents.length} />
      <RunningPanel active={active} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          <TraderPanel kind="bot" traders={mine.filter(({ kind }) => kind === "bot")} />
          <TraderPanel kind="agent" traders={mine.filter(({ kind }) => kind === "agent")} />
        </div>
        <div className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-1">
          <SystemPanel isAdmin={isAdmin} />
          <HappeningsPanel happenings={happenings(all, HAPPENINGS)} />
        </div>
      </div>
    </Page>
  );
}

interface FiguresProps {
  totals: Totals;
  bots: number;
  agents: number;
}

function Figures({ totals: all, bots, agents }: FiguresProps) {
  const waiting = all.paused + all.waiting;
  const aside = [
    all.paused > 0 && `${formatNumber(all.paused)} paused`,
    all.waiting > 0 && `${formatNumber(all.waiting)} waiting`,
  ].filter(Boolean);
  return (
    <StatGrid label="What runs now">
      <Stat
        label="Running now"
        value={formatNumber(all.trainings + all.sessions)}
        hint={
          waiting > 0
            ? aside.join(", ")
            : `${counted(all.trainings, "training")}, ${counted(all.sessions, "session")}`
        }
      />
      <Stat label="Profit now" value={<Delta value={all.profit} />} hint="of all that is active" />
      <Stat label="Trades" value={formatNumber(all.trades)} hint="of all that is active" />
      <Stat
        label="Traders"
        value={formatNumber(bots + agents)}
        hint={`${counted(bots, "bot")}, ${counted(agents, "agent")}`}
      />
    </StatGrid>
  );
}

function counted(count: number, word: string): string {
  return `${formatNumber(count)} ${word}${count === 1 ? "" : "s"}`;
}
