"use client";

import { useMemo, useRef } from "react";
import { DrawdownChart, LineChart } from "@/charts/lazy";
import { useChartTheme } from "@/charts/theme";
import type { LineChartHandle, LineSeries } from "@/charts/types";
import { csv } from "@/lib/csv";
import { formatDate, formatMoney, formatNumber, formatPercent } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { Segmented } from "@/ui/choice";
import { Panel } from "@/ui/panel";
import { useUrlState } from "@/ui/url-state";
import type { Account } from "./account";
import type { Figures } from "./figure-words";
import { barReturns, barsPerYear, rollingSharpe, windowsFor } from "./rolling-sharpe";
import { framed } from "./picture";
import { SaveCsv, SavePng } from "./save-button";

const GROUP = "analytics";
const TALL = 320;
const LOW = 220;
const zero = [{ value: 0 }];
const whole = [{ value: 0 }, { value: 1, label: "all", dashed: true }];

interface AccountPanelProps {
  account: Account;
  figures: Figures;
  /** Name of the saved files without their ending. */
  file: string;
}

function useChart(title: string) {
  const theme = useChartTheme();
  const handle = useRef<LineChartHandle>(null);
  const zone = usePreferences((preferences) => preferences.zone);
  const draw = async () => {
    if (!handle.current || !theme) throw new Error("The chart is not drawn yet");
    return framed(title, await handle.current.toPng(), theme);
  };
  return { draw, common: { xKind: "time", zone, group: GROUP, handle } as const };
}

export function EquityPanel({ account, file }: AccountPanelProps) {
  const { x, equity, benchmark } = account;
  const { draw, common } = useChart("Equity; dashed: the benchmark");
  const series = useMemo((): LineSeries[] => {
    const own: LineSeries = { name: "Equity", values: equity, colour: "accent" };
    const held: LineSeries = {
      name: "Benchmark",
      values: benchmark ?? [],
      colour: "muted",
      dashed: true,
    };
    return benchmark ? [own, held] : [own];
  }, [equity, benchmark]);
  const last = benchmark?.at(-1);
  return (
    <Panel
      title="Equity"
      hint={
        benchmark
          ? "Dashed: the same balance in the benchmark, bought and held."
          : "There is no benchmark for this account."
      }
      actions={
        <>
          <SavePng file={`${file}-equity`} of="equity" draw={draw} />
          <SaveCsv file={`${file}-equity`} of="equity" text={() => equityCsv(account)} />
        </>
      }
    >
      <LineChart
        {...common}
        label={`Equity over time, from ${formatMoney(account.balance)} to ${formatMoney(equity.at(-1))}${(last ?? null) === null ? "" : `; the benchmark ends at ${formatMoney(last)}`}`}
        x={x}
        series={series}
        height={TALL}
        scales
        format={formatMoney}
      />
    </Panel>
  );
}

function equityCsv({ times, equity, exposure, benchmark }: Account): string {
  const rows = times.map((time, index) => [
    ...[time, equity[index], exposure[index], benchmark?.[index]],
  ]);
  return csv(["time", "equity", "exposure", "benchmark"], rows);
}

export function DrawdownPanel({ account, figures, file }: AccountPanelProps) {
  const { draw, common } = useChart("Drawdown");
  const text = drawdownText(figures);
  return (
    <Panel
      title="Drawdown"
      hint={text}
      actions={<SavePng file={`${file}-drawdown`} of="drawdown" draw={draw} />}
    >
      <DrawdownChart
        {...common}
        label={`Losses since the highest equity. ${text}`}
        x={account.x}
        equity={account.equity}
        height={LOW}
      />
    </Panel>
  );
}

function drawdownText(figures: Figures): string {
  const { max_drawdown: depth, max_drawdown_from: from, max_drawdown_until: until } = figures;
  if (depth === 0 || from === null || until === null) return "The equity never fell from a peak.";
  const back = figures.recovered_at;
  const after = back === null ? "not recovered yet" : `recovered on ${formatDate(back)}`;
  return `The deepest was ${formatPercent(depth)}: from ${formatDate(from)} to ${formatDate(until)}, ${after}.`;
}

export function ExposurePanel({ account, figures, file }: AccountPanelProps) {
  const { draw, common } = useChart("Exposure");
  const { x, exposure } = account;
  const series = useMemo(
    (): LineSeries[] => [{ name: "Exposure", values: exposure, colour: 2, fill: true }],
    [exposure],
  );
  const mean = figures.exposure;
  return (
    <Panel
      title="Exposure"
      hint={`How much of the equity was invested${mean === null ? "" : `, on average ${formatPercent(mean, { digits: 0 })}`}. Longs and shorts count alike.`}
      actions={<SavePng file={`${file}-exposure`} of="exposure" draw={draw} />}
    >
      <LineChart
        {...common}
        label={`Share of the equity that was invested over time, on average ${formatPercent(mean)}`}
        x={x}
        series={series}
        references={whole}
        height={LOW}
        format={shareText}
      />
    </Panel>
  );
}

function shareText(value: number): string {
  return formatPercent(value, { digits: 0 });
}

export function RollingSharpePanel({ account, figures, file }: AccountPanelProps) {
  const { draw, common } = useChart("Rolling Sharpe ratio");
  const { x, equity } = account;
  const returns = useMemo(() => barReturns(equity), [equity]);
  const perYear = barsPerYear(returns, figures.volatility);
  const windows = useMemo(() => windowsFor(returns.length), [returns]);
  const [word, setWord] = useUrlState("window", String(windows.at(-2) ?? windows[0] ?? ""));
  const bars = windows.find((each) => String(each) === word) ?? windows[0];
  const series = useMemo((): LineSeries[] | null => {
    if (bars === undefined || perYear === null) return null;
    const ratios = rollingSharpe(returns, bars, perYear);
    const values = x.map((_, index) => ratios[index] ?? null);
    return [{ name: "Sharpe ratio", values, colour: 1 }];
  }, [x, returns, bars, perYear]);
  return (
    <Panel
      title="Rolling Sharpe ratio"
      hint="Return for the risk taken, per year, of the last bars at each moment: was it steady, or lucky once?"
      actions={
        series && (
          <SavePng file={`${file}-rolling-sharpe`} of="the rolling Sharpe ratio" draw={draw} />
        )
      }
    >
      {series ? (
        <>
          <Segmented
            label="Bars of the window"
            value={String(bars)}
            onChange={setWord}
            options={windows.map((each) => ({ value: String(each), label: `${each} bars` }))}
          />
          <LineChart
            {...common}
            label={`Yearly Sharpe ratio of the last ${bars} bars over time`}
            x={x}
            series={series}
            references={zero}
            height={LOW}
            format={ratioText}
          />
        </>
      ) : (
        <p className="text-muted py-20 text-center">
          {bars === undefined
            ? "There are too few bars: it takes 30."
            : "The equity did not move, so there is no ratio."}
        </p>
      )}
    </Panel>
  );
}

function ratioText(value: number): string {
  return formatNumber(value, { digits: 2 });
}
