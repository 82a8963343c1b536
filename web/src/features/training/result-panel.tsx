"use client";

import { Scale } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import type { TrainingFeed } from "@/api/feeds/training-feed";
import { useGet } from "@/api/hooks";
import type { Schema } from "@/api/types";
import { drawdowns } from "@/charts/drawdown";
import { LineChart } from "@/charts/lazy";
import { formatMoney, formatNumber, formatPercent, unknown } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { EmptyState } from "@/ui/state";
import type { Evaluation } from "./parts";
import { isActive } from "./states";
import { useRun } from "./use-run";
import { verdict } from "./verdict";

const HEIGHT = 240;

/** What the best weights came to on bars that they never saw, beside buying and holding. */
export function ResultPanel({ feed }: { feed: TrainingFeed }) {
  const outOfSample = useRun(feed, (run) => run.out_of_sample);
  return (
    <Panel title="Out of sample" hint="The best weights so far, on bars that they never saw">
      {outOfSample === null ? (
        <EmptyState
          icon={Scale}
          title="No result yet"
          text="After the first episode the bot is tried on the bars that it does not learn from."
        />
      ) : (
        <Result feed={feed} outOfSample={outOfSample} />
      )}
    </Panel>
  );
}

function Result({ feed, outOfSample }: { feed: TrainingFeed; outOfSample: Evaluation }) {
  const validation = useRun(feed, (run) => run.validation);
  const balance = useRun(feed, (run) => run.starting_balance);
  const active = useRun(feed, (run) => isActive(run.state));
  const performance = useGet(
    "/api/trainings/{training_id}/performance",
    { path: { training_id: feed.id } },
    { everyMs: active ? 15_000 : undefined },
  );
  const curve = performance.status === "ready" ? performance.value : null;
  const sentence = verdict(outOfSample, balance);
  return (
    <>
      {sentence && <p className="mb-3 font-medium">{sentence}</p>}
      <ResultTable
        outOfSample={outOfSample}
        validation={validation}
        balance={balance}
        heldDrawdown={heldDrawdown(curve)}
      />
      {curve && curve.times.length > 1 && <EquityCurve performance={curve} />}
      <p className="text-muted mt-3 text-xs">
        One run on one stretch of bars proves little, and the past says nothing sure about what
        comes. This is no advice.
      </p>
    </>
  );
}

function heldDrawdown(performance: Schema<"PerformanceMessage"> | null): number | null {
  const held = performance?.benchmark?.filter((value) => value !== null);
  return held && held.length > 0 ? drawdowns(held).reduce((a, b) => Math.max(a, b)) : null;
}

interface ResultTableProps {
  outOfSample: Evaluation;
  validation: Evaluation | null;
  balance: number;
  heldDrawdown: number | null;
}

function ResultTable({ outOfSample, validation, balance, heldDrawdown: fall }: ResultTableProps) {
  const held = outOfSample.buy_and_hold ?? null;
  const rows: [name: string, bot: ReactNode, hold: ReactNode, validated: ReactNode][] = [
    [
      "Profit",
      <Delta key="bot" value={outOfSample.profit} />,
      <Delta key="hold" value={held} />,
      <Delta key="validation" value={validation?.profit} />,
    ],
    [
      "Return",
      <Delta key="bot" as="percent" value={outOfSample.profit / balance} />,
      <Delta key="hold" as="percent" value={held === null ? null : held / balance} />,
      <Delta key="validation" as="percent" value={validation && validation.profit / balance} />,
    ],
    ["Sharpe", sharpeText(outOfSample), unknown, sharpeText(validation)],
    [
      "Max drawdown",
      formatPercent(outOfSample.max_drawdown),
      formatPercent(fall),
      formatPercent(validation?.max_drawdown),
    ],
    [
      "Trades",
      formatNumber(outOfSample.trades),
      held === null ? unknown : "1",
      formatNumber(validation?.trades),
    ],
  ];
  return (
    <div className="overflow-x-auto" role="region" aria-label="Results" tabIndex={0}>
      <table className="w-full text-right text-sm">
        <caption className="sr-only">Result of the best weights beside buying and holding</caption>
        <thead className="text-muted text-xs">
          <tr>
            <td />
            {["Bot", "Buy and hold", "Validation"].map((name) => (
              <th key={name} scope="col" className="py-1 pl-3 font-medium whitespace-nowrap">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, bot, hold, validated]) => (
            <tr key={name} className="border-line border-t">
              <th scope="row" className="text-muted py-1.5 text-left font-normal whitespace-nowrap">
                {name}
              </th>
              <td className="py-1.5 pl-3 font-medium whitespace-nowrap">{bot}</td>
              <td className="py-1.5 pl-3 whitespace-nowrap">{hold}</td>
              <td className="text-muted py-1.5 pl-3 whitespace-nowrap">{validated}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sharpeText(evaluation: Evaluation | null): string {
  return formatNumber(evaluation?.sharpe, { digits: 2 });
}

function EquityCurve({ performance }: { performance: Schema<"PerformanceMessage"> }) {
  const zone = usePreferences((preferences) => preferences.zone);
  const { times, equities, benchmark } = performance;
  const x = useMemo(() => times.map((at) => Date.parse(at) / 1000), [times]);
  const series = useMemo(
    () => [
      { name: "Bot", values: equities },
      ...(benchmark
        ? [{ name: "Buy and hold", values: benchmark, colour: "muted" as const, dashed: true }]
        : []),
    ],
    [equities, benchmark],
  );
  return (
    <div className="mt-3">
      <LineChart
        label="Equity out of sample beside buying and holding"
        x={x}
        xKind="time"
        zone={zone}
        series={series}
        height={HEIGHT}
        format={(value) => formatMoney(value)}
      />
    </div>
  );
}
