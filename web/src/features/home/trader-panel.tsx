"use client";

import { Bot, BrainCircuit } from "lucide-react";
import Link from "@/ui/link";
import { Sparkline } from "@/charts/sparkline";
import { StateBadge } from "@/ui/badge";
import { LinkButton } from "@/ui/button";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { Age } from "@/ui/time";
import type { Trader } from "./overview";
import { useEquity } from "./use-equity";

const SHOWN = 8;

const words = {
  bot: {
    title: "Bots",
    all: "/bots",
    icon: Bot,
    none: "You have no bot yet.",
    text: "A bot learns to trade by itself, by trading past prices many times.",
    first: "Make a bot",
  },
  agent: {
    title: "Agents",
    all: "/agents",
    icon: BrainCircuit,
    none: "You have no agent yet.",
    text: "An agent is a language model that trades with tools. Some need no key.",
    first: "Make an agent",
  },
} as const;

/** My bots or my agents: state, latest result and the course of its equity. */
export function TraderPanel({
  kind,
  traders,
}: {
  kind: Trader["kind"];
  traders: readonly Trader[];
}) {
  const { title, all, icon: Icon, none, text, first } = words[kind];
  return (
    <Panel
      title={title}
      flush
      actions={
        <LinkButton href={all} variant="ghost" size="sm">
          {traders.length > SHOWN
            ? `All ${traders.length} ${title.toLowerCase()}`
            : `All ${title.toLowerCase()}`}
        </LinkButton>
      }
    >
      {traders.length === 0 ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3 px-3 pb-3 sm:px-4 sm:pb-4">
          <p className="text-muted flex min-w-0 flex-1 basis-64 items-start gap-2">
            <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
            {`${none} ${text}`}
          </p>
          <LinkButton href={all}>{first}</LinkButton>
        </div>
      ) : (
        <ul className="divide-line border-line divide-y border-t">
          {traders.slice(0, SHOWN).map((trader) => (
            <TraderRow key={trader.href} trader={trader} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function TraderRow({ trader }: { trader: Trader }) {
  const { name, href, about, state, latest, judged } = trader;
  const equity = useEquity(judged);
  return (
    <li className="hover:bg-raised relative grid min-h-16 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-3 py-2.5 sm:grid-cols-[minmax(0,1fr)_8rem_9rem] sm:px-4">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            href={href}
            className="hover:text-accent font-medium wrap-anywhere after:absolute after:inset-0"
          >
            {name}
          </Link>
          <StateBadge state={state} />
        </div>
        <p className="text-muted text-sm wrap-anywhere">
          {about}
          {latest && (
            <>
              {" · "}
              {latest.market} · <Age at={latest.endedAt ?? latest.createdAt} />
            </>
          )}
        </p>
      </div>
      <div className="hidden h-8 w-32 sm:block">
        {equity && equity.length > 1 && <Sparkline values={equity} className="h-8 w-32" />}
      </div>
      <LatestResult judged={judged} />
    </li>
  );
}

function LatestResult({ judged }: { judged: Trader["judged"] }) {
  if (!judged?.result) return <p className="text-muted text-right text-sm">No result yet</p>;
  const { profit, fraction, where } = judged.result;
  return (
    <p className="text-right">
      <span className="font-medium">
        <Delta value={fraction} as="percent" arrow />
      </span>
      <span className="block text-sm">
        <Delta value={profit} /> <span className="sr-only">profit</span>
      </span>
      <span className="text-muted block text-xs">{where}</span>
    </p>
  );
}
