"use client";

import { Pause, Play } from "lucide-react";
import Link from "@/ui/link";
import { useCallback } from "react";
import { useCommand } from "@/api/hooks";
import { command } from "@/api/live";
import { formatNumber } from "@/lib/format";
import { StateBadge } from "@/ui/badge";
import { IconButton } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Delta } from "@/ui/number";
import { Progress } from "@/ui/progress";
import type { ShownRun } from "./shown-run";
import { refreshRuns, useLive, type Listed } from "./use-runs";

/** A run that goes on: how far, how fast, what it earns, and its pause. */
export function RunRow({ listed, isLive }: { listed: Listed; isLive: boolean }) {
  const run = useLive(listed, isLive);
  const { toggle, busy, problem } = usePause(run);
  const isPaused = run.state === "paused";
  const whose = `${run.name}’s ${run.kind}`;
  return (
    <li className="flex flex-col gap-2 px-3 py-3 sm:px-4">
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 md:grid-cols-[minmax(0,16rem)_minmax(0,1fr)_17rem_auto]">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Link
              href={run.href}
              className="hover:text-accent -my-1 py-1 font-medium wrap-anywhere pointer-coarse:min-h-10 pointer-coarse:content-center"
            >
              {run.name}
            </Link>
            <StateBadge state={run.state} />
          </div>
          <p className="text-muted text-sm wrap-anywhere">
            {run.kind === "training" ? "Training" : "Session"} {run.id} · {run.market}
          </p>
        </div>
        <div className="order-last col-span-2 min-w-0 md:order-none md:col-span-1">
          <Progress
            value={run.progress}
            label={`Progress of ${whose}`}
            shown={run.progress !== null}
          />
          <p className="text-muted mt-1 flex min-h-5 flex-wrap justify-between gap-x-3 text-sm">
            <span>{run.reason ?? run.progressText}</span>
            {run.speed && <span className="whitespace-nowrap">{run.speed}</span>}
          </p>
        </div>
        <dl className="order-last col-span-2 grid grid-cols-3 gap-x-3 text-right md:order-none md:col-span-1">
          <Figure name="Profit now" value={<Delta value={run.profit} />} />
          <Figure
            name="Return"
            value={<Delta value={run.profit / run.startingBalance} as="percent" />}
          />
          <Figure
            name={run.kind === "training" ? "Trades" : "Fills"}
            value={formatNumber(run.trades)}
          />
        </dl>
        <div className="flex justify-end">
          <IconButton
            variant="secondary"
            icon={isPaused ? Play : Pause}
            label={`${isPaused ? "Resume" : "Pause"} ${whose}`}
            busy={busy}
            onClick={toggle}
          />
        </div>
      </div>
      {problem && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
    </li>
  );
}

function Figure({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{name}</dt>
      <dd className="font-medium wrap-anywhere">{value}</dd>
    </div>
  );
}

function usePause({ kind, id, state }: ShownRun) {
  const act = useCallback(async () => {
    const verb = state === "paused" ? "resume" : "pause";
    await command(`${kind}s-${verb}`, { id });
    await refreshRuns();
  }, [kind, id, state]);
  const { run, busy, problem } = useCommand(act);
  return { toggle: () => void run(), busy, problem };
}
