"use client";

import { useEffect, useId, useImperativeHandle, useRef, useState } from "react";
import { Controls } from "./line/controls";
import { Legend, placeText, valueText } from "./line/legend";
import type { LegendHandle } from "./line/legend";
import { LineView } from "./line/line-view";
import type { Range } from "./line/line-view";
import { dataOf } from "./line/view-data";
import { formatNumber } from "@/lib/format";
import { useChartTheme } from "./theme";
import type { LineChartProps, LineData, ReferenceLine } from "./types";

const NONE: readonly ReferenceLine[] = [];

/** Several series over a number or over time; see `LineChartHandle` for what is updated while it runs. */
export default function LineChart(props: LineChartProps) {
  const { label, x, series, height, handle, references = NONE, xKind = "number" } = props;
  const { xLabel, zone = "utc", group, format = formatNumber } = props;
  const theme = useChartTheme();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<LineView | null>(null);
  const legend = useRef<LegendHandle>(null);
  const data = useRef<LineData | null>(null);
  const [smoothing, setSmoothing] = useState(props.smoothing ?? 0);
  const [log, setLog] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [said, setSaid] = useState("");
  const range = useRef<Range | null>(null);
  const hint = useId();
  const shape = JSON.stringify([
    series.map(({ name, colour, dashed, band, fill }) => [name, colour, dashed, !!band, fill]),
    references,
    [xKind, xLabel, zone, group, log],
  ]);

  useEffect(() => {
    data.current = dataOf(x, series);
    view.current?.setData(data.current);
  }, [x, series]);

  useEffect(() => {
    if (!host.current || !theme) return;
    view.current = new LineView(
      host.current,
      data.current ?? dataOf(x, series),
      { series, references, xKind, xLabel, zone, log, group, format },
      theme,
      smoothing,
      (reading) => legend.current?.read(reading),
      range.current,
    );
    hidden.forEach((index) => view.current?.show(index, false));
    return () => {
      range.current = view.current?.range ?? null;
      view.current?.destroy();
      view.current = null;
    };
    // `shape` says when the plot has to be made anew; numbers, smoothing and hiding do not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, theme]);

  useEffect(() => view.current?.smooth(smoothing), [smoothing]);

  useImperativeHandle(handle, () => ({
    setData: (next) => {
      data.current = next;
      view.current?.setData(next);
    },
    reset: () => view.current?.reset(),
    toPng: () => view.current?.toPng() ?? Promise.reject(new Error("The chart is not drawn yet")),
  }));

  const toggle = (index: number) => {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    view.current?.show(index, !next.has(index));
    setHidden(next);
  };

  const step = (by: number) => {
    const reading = view.current?.step(by);
    if (!reading) return;
    const values = series.map(
      ({ name }, index) => `${name} ${valueText(reading.values[index], format)}`,
    );
    setSaid([placeText(reading.x, xKind, zone), ...values].join(", "));
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const acts: Record<string, () => void> = {
      ArrowLeft: () => step(-1),
      ArrowRight: () => step(1),
      Home: () => step(-Infinity),
      End: () => step(Infinity),
      Escape: () => view.current?.leave(),
      "+": () => view.current?.zoom(0.5),
      "=": () => view.current?.zoom(0.5),
      "-": () => view.current?.zoom(2),
      f: () => view.current?.reset(),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  return (
    <div className="flex flex-col" style={{ height }}>
      <div className="mb-1 flex max-h-1/2 flex-wrap items-start justify-between gap-x-4 gap-y-1 overflow-y-auto">
        <Legend
          {...{ series, xKind, xLabel, zone, theme, format, hidden }}
          onToggle={toggle}
          handle={legend}
        />
        <Controls
          smoothing={props.smoothing === undefined ? null : smoothing}
          onSmoothing={setSmoothing}
          log={props.scales ? log : null}
          onLog={setLog}
          onReset={() => view.current?.reset()}
        />
      </div>
      <div
        ref={host}
        role="img"
        aria-label={label}
        aria-describedby={hint}
        tabIndex={0}
        className="min-h-0 w-full flex-1 overflow-hidden"
        onKeyDown={onKeyDown}
      />
      <p id={hint} className="sr-only">
        Left and right arrow keys move the cursor, plus and minus zoom, f shows all points.
      </p>
      <p className="sr-only" aria-live="polite">
        {said}
      </p>
    </div>
  );
}
