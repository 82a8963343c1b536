import type { IChartApiBase, ISeriesApi, Logical, SeriesType, Time } from "lightweight-charts";
import type { Projection } from "./geometry";

/** Reads from a chart where its bars and prices stand; null before it has any. Both scales are linear. */
export function projection(
  chart: IChartApiBase<Time>,
  series: ISeriesApi<SeriesType, Time>,
): Projection | null {
  const scale = chart.timeScale();
  const first = scale.logicalToCoordinate(0 as Logical);
  const second = scale.logicalToCoordinate(1 as Logical);
  const top = series.coordinateToPrice(0);
  const below = series.coordinateToPrice(100);
  if (first === null || second === null || top === null || below === null || top === below) {
    return null;
  }
  const dy = 100 / (below - top);
  return { x0: first, dx: second - first, y0: -top * dy, dy };
}
