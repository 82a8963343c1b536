import type uPlot from "uplot";
import { formatNumber } from "@/lib/format";
import type { Zone } from "@/lib/format";
import { translucent } from "../contrast";
import { tickForm, tickText } from "../ticks";
import { seriesColour } from "../theme";
import type { ChartTheme } from "../theme";
import type { LineSeries, ReferenceLine } from "../types";
import { drawReferences } from "./references";

export interface LineShape {
  series: readonly LineSeries[];
  references: readonly ReferenceLine[];
  xKind: "number" | "time";
  xLabel?: string;
  zone: Zone;
  log: boolean;
  group?: string;
  format: (value: number) => string;
}

/** Dashes tell the series of the second round of colours from those of the first. */
const SECOND_ROUND = [6, 3];
/** Room for a label below the x axis, in pixels. */
const X_SPACE = 76;
/** What is counted has no ticks between whole numbers. */
const WHOLE = Array.from({ length: 10 }, (_, power) =>
  [1, 2, 5].map((n) => n * 10 ** power),
).flat();
const LINEAR = 1;
const LOGARITHMIC = 3;

export function plotOptions(
  uPlotClass: typeof uPlot,
  shape: LineShape,
  theme: ChartTheme,
  size: { width: number; height: number },
): uPlot.Options {
  const font = `11px ${theme.font}`;
  const axis = {
    font,
    stroke: theme.muted,
    labelFont: font,
    grid: { stroke: translucent(theme.line, 0.7), width: 1 },
    ticks: { stroke: theme.line, width: 1, size: 4 },
  };
  return {
    ...size,
    legend: { show: false },
    tzDate: (seconds) => {
      const date = new Date(seconds * 1000);
      return shape.zone === "utc" ? uPlotClass.tzDate(date, "Etc/UTC") : date;
    },
    padding: [10, 12, 0, 0],
    scales: {
      x: { time: shape.xKind === "time" },
      y: {
        distr: shape.log ? LOGARITHMIC : LINEAR,
        range: (_plot, least, greatest) => yRange(uPlotClass, shape, least, greatest),
      },
    },
    axes: [
      {
        ...axis,
        label: shape.xLabel,
        labelSize: 18,
        size: 30,
        space: X_SPACE,
        ...(shape.xKind === "number" && { incrs: WHOLE }),
        values: (plot, splits, _axis, _space, distance) =>
          splits.map((value) => {
            if (plot.valToPos(value, "x") + X_SPACE / 2 > plot.width - plot.over.offsetLeft)
              return null;
            return shape.xKind === "time"
              ? tickText(value, shape.zone, tickForm(distance))
              : formatNumber(value);
          }),
      },
      {
        ...axis,
        grid: {
          ...axis.grid,
          filter: (_plot, splits) => (shape.log ? powersOfTen(splits) : splits),
        },
        size: (_plot, values) => axisWidth(values),
        values: (_plot, splits) =>
          splits.map((value) => (value === null ? null : shape.format(value))),
      },
    ],
    series: [{}, ...shape.series.flatMap((each, index) => plotSeries(each, index, theme))],
    bands: shape.series.flatMap((each, index) =>
      each.band
        ? [
            {
              series: [4 * index + 3, 4 * index + 4] as [number, number],
              fill: translucent(seriesColour(theme, each.colour ?? index), 0.16),
            },
          ]
        : [],
    ),
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false, dist: 4 },
      ...(shape.group && {
        sync: {
          key: shape.group,
          scales: ["x", null],
          filters: { pub: (type: string) => type === "mousemove" || type === "mouseleave" },
        },
      }),
    },
    hooks: { draw: [(plot) => drawReferences(plot, shape.references, theme)] },
  };
}

function plotSeries(series: LineSeries, index: number, theme: ChartTheme): uPlot.Series[] {
  const stroke = seriesColour(theme, series.colour ?? index);
  const dash = series.dashed ? [4, 4] : index >= theme.series.length ? SECOND_ROUND : undefined;
  const hidden = { stroke: "transparent", width: 0, points: { show: false } };
  return [
    { stroke: translucent(stroke, 0.3), width: 1, points: { show: false } },
    {
      label: series.name,
      stroke,
      width: 1.75,
      dash,
      ...(series.fill && { fill: translucent(stroke, 0.18), fillTo: 0 }),
      points: { size: 4, fill: stroke },
    },
    hidden,
    hidden,
  ];
}

function yRange(
  uPlotClass: typeof uPlot,
  { log, references }: LineShape,
  least: number | null,
  greatest: number | null,
): [number, number] {
  const marked = references.map(({ value }) => value).filter((value) => !log || value > 0);
  const low = Math.min(least ?? Infinity, ...marked);
  const high = Math.max(greatest ?? -Infinity, ...marked);
  if (low > high) return log ? [0.1, 1] : [0, 1];
  const range = log
    ? uPlotClass.rangeLog(low, high, 10, false)
    : uPlotClass.rangeNum(low, high, 0.08, true);
  return [range[0] ?? 0, range[1] ?? 1];
}

function powersOfTen(splits: readonly number[]): (number | null)[] {
  return splits.map((value) => (Number.isInteger(Math.log10(value)) ? value : null));
}

function axisWidth(values: readonly (string | null)[] | null): number {
  const longest = Math.max(0, ...(values ?? []).map((value) => value?.length ?? 0));
  return Math.max(36, 18 + 6.2 * longest);
}
