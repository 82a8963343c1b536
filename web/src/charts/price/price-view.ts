import {
  AreaSeries,
  CandlestickSeries,
  ColorType,
  createChart,
  CrosshairMode,
  TickMarkType,
} from "lightweight-charts";
import type {
  DeepPartial,
  IChartApi,
  ISeriesApi,
  SeriesType,
  TimeChartOptions,
  Time,
  UTCTimestamp,
} from "lightweight-charts";
import { formatPrice, formatTime, priceDigits } from "@/lib/format";
import type { Zone } from "@/lib/format";
import { translucent } from "../contrast";
import { canvasBlob } from "../png";
import type { ChartTheme } from "../theme";
import { tickText } from "../ticks";
import type { Bars, Trade } from "../types";
import { followed, zoomed } from "./range";
import { ShadingPrimitive } from "./shading-primitive";
import { TradesPrimitive } from "./trades-primitive";

/** The price chart behind its component: it is told what to show, and draws it. */
export class PriceView {
  readonly trades: TradesPrimitive;
  /** How many digits its prices are written with. */
  digits = 2;
  readonly #chart: IChartApi;
  readonly #shading: ShadingPrimitive;
  readonly #candles: boolean;
  readonly #series: ISeriesApi<SeriesType>;
  #bars: Bars;
  #day: number | null = null;
  #following = false;

  constructor(host: HTMLElement, bars: Bars, zone: Zone, theme: ChartTheme) {
    this.#bars = bars;
    this.#candles = bars.ohlc !== undefined;
    this.trades = new TradesPrimitive(theme);
    this.#shading = new ShadingPrimitive(theme);
    this.#chart = createChart(host, {
      autoSize: true,
      layout: { attributionLogo: false, fontSize: 11 },
      timeScale: {
        minBarSpacing: 0.001,
        enableConflation: true,
        fixLeftEdge: true,
        fixRightEdge: true,
        timeVisible: true,
        rightOffset: 0,
      },
      rightPriceScale: { scaleMargins: { top: 0.12, bottom: 0.08 }, borderVisible: false },
      crosshair: { mode: CrosshairMode.Normal },
      handleScroll: { vertTouchDrag: false },
    });
    this.#series = this.#chart.addSeries(this.#candles ? CandlestickSeries : AreaSeries, {
      priceLineVisible: false,
      lastValueVisible: false,
    });
    this.#series.attachPrimitive(this.#shading);
    this.#series.attachPrimitive(this.trades);
    this.#chart.subscribeDblClick(this.fit);
    this.paint(theme);
    this.localise(zone);
    this.#load();
    this.fit();
  }

  /** Width of the plot without the price scale. */
  get width(): number {
    return this.#chart.timeScale().width();
  }

  /** Whether these bars can be shown without a new chart. */
  accepts(bars: Bars): boolean {
    return (bars.ohlc !== undefined) === this.#candles;
  }

  show(bars: Bars): void {
    if (bars === this.#bars) return;
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    const whole = !range || range.to - range.from >= this.#bars.times.length - 1;
    this.#bars = bars;
    this.#load();
    if (whole) this.fit();
  }

  divide(split?: number, validation?: readonly [number, number]): void {
    this.#shading.divide(this.#bars.times.length, split, validation);
  }

  update(trades: readonly Trade[], day: number | null): void {
    const index = day ?? this.#bars.closes.length - 1;
    this.trades.show(trades, { index, price: this.#bars.closes[index] ?? 0 });
    if (day === this.#day) return;
    this.#day = day;
    this.#shading.mark(day);
    this.#keepInView();
  }

  follow(following: boolean): void {
    this.#following = following;
    this.#keepInView();
  }

  readonly fit = (): void => this.#chart.timeScale().fitContent();

  zoom(factor: number): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (range) scale.setVisibleLogicalRange(zoomed(range, factor, this.#bars.times.length));
  }

  /** Moves the view so that this bar is in it; where things stand then is known at the next frame. */
  reveal(index: number): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    const moved = range && followed(range, index);
    if (moved) scale.setVisibleLogicalRange(moved);
  }

  localise(zone: Zone): void {
    const forms = {
      [TickMarkType.Year]: "year",
      [TickMarkType.Month]: "month",
      [TickMarkType.DayOfMonth]: "day",
      [TickMarkType.Time]: "minute",
      [TickMarkType.TimeWithSeconds]: "second",
    } as const;
    this.#chart.applyOptions({
      localization: { timeFormatter: (time: Time) => formatTime((time as number) * 1000, zone) },
      timeScale: {
        tickMarkFormatter: (time: Time, type: TickMarkType) =>
          tickText(time as number, zone, forms[type]),
      },
    });
  }

  paint(theme: ChartTheme): void {
    this.#chart.applyOptions(chartColours(theme));
    this.#series.applyOptions(
      this.#candles
        ? {
            upColor: translucent(theme.ink, 0),
            downColor: theme.muted,
            borderUpColor: theme.muted,
            borderDownColor: theme.muted,
            wickUpColor: theme.muted,
            wickDownColor: theme.muted,
          }
        : {
            lineColor: theme.muted,
            lineWidth: 1,
            topColor: translucent(theme.muted, 0.14),
            bottomColor: translucent(theme.muted, 0),
            crosshairMarkerRadius: 3,
          },
    );
    this.#shading.paint(theme);
    this.trades.paint(theme);
  }

  toPng(): Promise<Blob> {
    return canvasBlob(this.#chart.takeScreenshot(true));
  }

  destroy(): void {
    this.#chart.remove();
  }

  #keepInView(): void {
    if (this.#following && this.#day !== null) this.reveal(this.#day);
  }

  #load(): void {
    const { times, closes, ohlc } = this.#bars;
    this.digits = priceDigits(closes);
    const digits = this.digits;
    this.#series.applyOptions({
      priceFormat: {
        type: "custom",
        formatter: (price: number) => formatPrice(price, { digits }),
        minMove: 10 ** -digits,
      },
    });
    this.#series.setData(
      times.map((seconds, index) => {
        const time = seconds as UTCTimestamp;
        const close = closes[index] ?? 0;
        if (!ohlc) return { time, value: close };
        const { open, high, low } = ohlc;
        return {
          time,
          open: open[index] ?? close,
          high: high[index] ?? close,
          low: low[index] ?? close,
          close,
        };
      }),
    );
  }
}

function chartColours(theme: ChartTheme): DeepPartial<TimeChartOptions> {
  const crosshair = { color: theme.control, labelBackgroundColor: theme.raised };
  return {
    layout: {
      background: { type: ColorType.Solid, color: theme.surface },
      textColor: theme.muted,
      fontFamily: theme.font,
    },
    grid: {
      vertLines: { color: translucent(theme.line, 0.6) },
      horzLines: { color: translucent(theme.line, 0.6) },
    },
    crosshair: { vertLine: crosshair, horzLine: crosshair },
    timeScale: { borderColor: theme.line },
  };
}
