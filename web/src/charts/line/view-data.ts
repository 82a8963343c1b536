import type { LineData, LineSeries, Values } from "../types";
import { decimate, rowsWithin } from "./decimate";
import { smooth } from "./smooth";

/** Series of the plot for each series of the chart: raw, smoothed, upper and lower bound. */
export const COLUMNS_PER_SERIES = 4;

export interface ViewOptions {
  /** Weight of the past; 0: not smoothed. */
  smoothing: number;
  /** On a log scale nothing at or below zero has a place. */
  log: boolean;
  /** The part of x that is looked at; null: all of it. */
  range: { min: number; max: number } | null;
}

/** The columns that the plot is given: smoothed, then cut to what is seen, then thinned out. */
export function viewData(
  data: LineData,
  { smoothing, log, range }: ViewOptions,
): [number[], ...(number | null)[][]] {
  const empty: Values = [];
  const columns = data.values.flatMap((values, index) => {
    const band = data.bands?.[index];
    const averaged = smoothing > 0 ? smooth(values, smoothing) : values;
    return [smoothing > 0 ? values : empty, averaged, band?.high ?? empty, band?.low ?? empty];
  });
  const [from, to] = range ? rowsWithin(data.x, range.min, range.max) : [0, data.x.length];
  const seen = decimate(data.x, columns, from, to);
  const placed = log
    ? seen.values.map((column) =>
        column.map((value) => (value !== null && value > 0 ? value : null)),
      )
    : seen.values;
  return [seen.x, ...placed];
}

export function dataOf(x: ArrayLike<number>, series: readonly LineSeries[]): LineData {
  return {
    x,
    values: series.map(({ values }) => values),
    bands: series.map(({ band }) => band),
  };
}
