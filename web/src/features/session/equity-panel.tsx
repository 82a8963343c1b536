import { useEffect, useMemo, useRef } from "react";
import { LineChart } from "@/charts/lazy";
import type { LineChartHandle } from "@/charts/types";
import type { Loadable } from "@/api/loadable";
import type { SessionFeed } from "@/api/feeds/session-feed";
import type { Schema, SessionStatus } from "@/api/types";
import { formatMoney } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { Panel } from "@/ui/panel";
import { Ready, Skeleton } from "@/ui/state";
import { curveOf, joined, withPoint, type Curve, type LivePoint } from "./equity";

type Performance = Schema<"PerformanceMessage">;

interface EquityPanelProps {
  feed: SessionFeed;
  performance: Loadable<Performance>;
  /** The decision that is shown; null: the newest. */
  step: number | null;
}

const HEIGHT = 260;
const DRAW_EVERY_MS = 250;

/** What the account was worth over time, beside its benchmark. */
export function EquityPanel({ feed, performance, step }: EquityPanelProps) {
  return (
    <Panel title="Equity">
      <div style={{ minHeight: HEIGHT }}>
        <Ready
          of={performance}
          loading={<Skeleton className="h-65 w-full" />}
          isEmpty={({ times }) => times.length === 0}
          empty={
            <p className="text-muted py-24 text-center">The curve begins with the first step.</p>
          }
        >
          {(value) => <EquityChart feed={feed} performance={value} step={step} />}
        </Ready>
      </div>
    </Panel>
  );
}

function EquityChart({
  feed,
  performance,
  step,
}: Omit<EquityPanelProps, "performance"> & { performance: Performance }) {
  const zone = usePreferences((preferences) => preferences.zone);
  const curve = useMemo(() => curveOf(performance, step), [performance, step]);
  const handle = useLivePoints(feed, curve, step === null, performance.benchmark !== null);
  const series = useMemo(
    () => [
      { name: "Equity", values: curve.equity, colour: "accent" as const },
      ...(performance.benchmark === null
        ? []
        : [{ name: "Benchmark", values: curve.benchmark, colour: "muted" as const, dashed: true }]),
    ],
    [curve, performance.benchmark],
  );
  return (
    <LineChart
      label={labelOf(performance)}
      x={curve.x}
      xKind="time"
      zone={zone}
      series={series}
      height={HEIGHT}
      format={formatMoney}
      handle={handle}
    />
  );
}

function labelOf({ equities, benchmark }: Performance): string {
  const [first, last, other] = [equities[0], equities.at(-1), benchmark?.at(-1)];
  const beside =
    other === undefined || other === null ? "" : `; the benchmark ends at ${formatMoney(other)}`;
  return `Equity over time, from ${formatMoney(first)} to ${formatMoney(last)}${beside}`;
}

/** Draw what comes live behind the curve, without rendering for each status. */
function useLivePoints(feed: SessionFeed, curve: Curve, isLive: boolean, isCompared: boolean) {
  const handle = useRef<LineChartHandle>(null);
  const points = useRef<LivePoint[]>([]);
  useEffect(() => {
    if (!isLive) return;
    const readUntil = curve.x.at(-1) ?? -Infinity;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const draw = () => {
      timer = null;
      const { x, equity, benchmark } = joined(curve, points.current);
      handle.current?.setData({ x, values: isCompared ? [equity, benchmark] : [equity] });
    };
    const take = ({ at, equity }: SessionStatus) => {
      if (at === null) return;
      points.current = withPoint(points.current, { at: Date.parse(at) / 1_000, equity }, readUntil);
      timer ??= setTimeout(draw, DRAW_EVERY_MS);
    };
    const stop = feed.onStatus(take);
    timer = setTimeout(draw, DRAW_EVERY_MS);
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [feed, curve, isLive, isCompared]);
  return handle;
}
