import type { Zone } from "@/lib/format";

/** An entry with its exit; `openAt` and `closeAt` are indices into the chart's `times`. */
export interface Trade {
  openAt: number;
  openPrice: number;
  closeAt: number | null;
  closePrice: number | null;
  side: 1 | -1;
  profit: number;
  amount: number;
  openAmount: number;
  closeAmount: number | null;
}

export interface Bars {
  /** Seconds since 1970, UTC, each later than the one before. */
  times: readonly number[];
  closes: readonly number[];
  /** Given: the bars are drawn as candles. */
  ohlc?: { open: readonly number[]; high: readonly number[]; low: readonly number[] };
}

/** What a price chart can be told without rendering it again. */
export interface PriceChartHandle {
  /** Shows these trades and marks this bar; cheap enough for ten times a second. */
  update: (trades: readonly Trade[], day?: number) => void;
  fit: () => void;
  toPng: () => Promise<Blob>;
}

export interface PriceChartProps extends Bars {
  /** What the chart shows, for those who do not see it. */
  label: string;
  /** Index of the first bar that is out of sample. */
  split?: number;
  /** Bars that choose the best weights: from this index up to, not including, the second. */
  validation?: readonly [from: number, to: number];
  trades?: readonly Trade[];
  /** Index of the bar that is being traded now. */
  day?: number;
  zone: Zone;
  height: number;
  onHover?: (trade: Trade | null) => void;
  handle?: React.Ref<PriceChartHandle>;
}

export type Values = ArrayLike<number | null>;

/** One of the eight colours of series, or a colour by its meaning. */
export type SeriesColour = number | "up" | "down" | "accent" | "muted" | "ink";

export interface LineSeries {
  name: string;
  values: Values;
  /** Its place among the series, unless told otherwise. */
  colour?: SeriesColour;
  dashed?: boolean;
  /** Bounds of confidence, drawn as a band behind the line. */
  band?: { low: Values; high: Values };
  /** Fills the space between the line and zero. */
  fill?: boolean;
}

export interface ReferenceLine {
  value: number;
  label?: string;
  dashed?: boolean;
}

/** The numbers of a line chart: of every series as many as there are in `x`. */
export interface LineData {
  x: ArrayLike<number>;
  values: readonly Values[];
  bands?: readonly ({ low: Values; high: Values } | undefined)[];
}

export interface LineChartHandle {
  /**
   * Shows these numbers; the series are the same as before. Cheap enough for ten times a second. Numbers that come with
   * other `series` or another `x` replace them, so hand on the same arrays while the chart is told its numbers this way.
   */
  setData: (data: LineData) => void;
  reset: () => void;
  toPng: () => Promise<Blob>;
}

export interface LineChartProps {
  /** What the chart shows, for those who do not see it. */
  label: string;
  /** In ascending order; a time is in seconds since 1970, UTC. */
  x: ArrayLike<number>;
  xKind?: "number" | "time";
  /** What x counts, such as "Episode". */
  xLabel?: string;
  zone?: Zone;
  series: readonly LineSeries[];
  references?: readonly ReferenceLine[];
  /** Of the whole, with legend and controls. */
  height: number;
  /** Charts of one group show the same place under the cursor. */
  group?: string;
  /** Share of the past in the moving average, 0 to 0.99; absent: no such control. */
  smoothing?: number;
  /** Whether the log scale can be switched on. */
  scales?: boolean;
  format?: (value: number) => string;
  handle?: React.Ref<LineChartHandle>;
}
