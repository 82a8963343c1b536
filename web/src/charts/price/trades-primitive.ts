import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";
import type { ChartTheme } from "../theme";
import type { Trade } from "../types";
import { markRadius, nearestTrade, segmentOf } from "./geometry";
import type { LastBar, Segment } from "./geometry";
import { projection } from "./projection";

/** Draws every trade from its entry to its exit, at their prices. */
export class TradesPrimitive implements ISeriesPrimitive<Time> {
  #trades: readonly Trade[] = [];
  #last: LastBar = { index: 0, price: 0 };
  #highlight: Trade | null = null;
  #theme: ChartTheme;
  #at: SeriesAttachedParameter<Time> | null = null;
  readonly #views: readonly IPrimitivePaneView[];

  constructor(theme: ChartTheme) {
    this.#theme = theme;
    const renderer: IPrimitivePaneRenderer = {
      draw: (target) =>
        target.useMediaCoordinateSpace(({ context, mediaSize }) =>
          this.#draw(context, mediaSize.width, mediaSize.height),
        ),
    };
    this.#views = [{ zOrder: () => "top", renderer: () => renderer }];
  }

  attached(at: SeriesAttachedParameter<Time>): void {
    this.#at = at;
  }

  detached(): void {
    this.#at = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  show(trades: readonly Trade[], last: LastBar): void {
    this.#trades = trades;
    this.#last = last;
    this.#at?.requestUpdate();
  }

  highlight(trade: Trade | null): void {
    this.#highlight = trade;
    this.#at?.requestUpdate();
  }

  paint(theme: ChartTheme): void {
    this.#theme = theme;
    this.#at?.requestUpdate();
  }

  /** The trade at a place in the pane, or null. */
  tradeAt(point: { x: number; y: number }, reach: number): Trade | null {
    const place = this.#at && projection(this.#at.chart, this.#at.series);
    if (!place) return null;
    return this.#trades[nearestTrade(this.#trades, this.#last, place, point, reach)] ?? null;
  }

  segment(trade: Trade): Segment | null {
    const place = this.#at && projection(this.#at.chart, this.#at.series);
    return place && segmentOf(trade, this.#last, place);
  }

  #draw(context: CanvasRenderingContext2D, width: number, height: number): void {
    const place = this.#at && projection(this.#at.chart, this.#at.series);
    if (!place || this.#trades.length === 0) return;
    const won: Drawn[] = [];
    const lost: Drawn[] = [];
    for (const trade of this.#trades) {
      const segment = segmentOf(trade, this.#last, place);
      if (segment.x2 < -8 || segment.x1 > width + 8) continue;
      const above = Math.max(segment.y1, segment.y2) < -8;
      if (above || Math.min(segment.y1, segment.y2) > height + 8) continue;
      (trade.profit < 0 ? lost : won).push({ trade, segment });
    }
    const visible = won.length + lost.length;
    const radius = markRadius(visible, width);
    const lineWidth = visible > CROWD ? 1 : 1.5;
    context.lineJoin = "round";
    drawTrades(context, lost, this.#theme.down, radius, lineWidth);
    drawTrades(context, won, this.#theme.up, radius, lineWidth);
    const marked = [...won, ...lost].filter(
      ({ trade }) => trade.openAt === this.#highlight?.openAt,
    );
    if (marked.length > 0) drawTrades(context, marked, this.#theme.ink, 6, 2.5);
  }
}

interface Drawn {
  trade: Trade;
  segment: Segment;
}

/** A path of many thousand marks costs more than many of a few hundred; a call for each costs most. */
const BATCH = 200;
/** So many trades are drawn with the thinnest line, which is far faster and no less clear. */
const CROWD = 500;

function drawTrades(
  context: CanvasRenderingContext2D,
  drawn: readonly Drawn[],
  colour: string,
  radius: number,
  lineWidth: number,
): void {
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = lineWidth;
  for (let start = 0; start < drawn.length; start += BATCH) {
    const batch = drawn.slice(start, start + BATCH);
    drawLines(context, batch, false);
    drawLines(context, batch, true);
    drawMarks(context, batch, radius);
  }
}

function drawLines(
  context: CanvasRenderingContext2D,
  drawn: readonly Drawn[],
  open: boolean,
): void {
  context.setLineDash(open ? [4, 3] : []);
  context.beginPath();
  for (const { trade, segment } of drawn) {
    if ((trade.closeAt === null) !== open) continue;
    context.moveTo(segment.x1, segment.y1);
    context.lineTo(segment.x2, segment.y2);
  }
  context.stroke();
  context.setLineDash([]);
}

function drawMarks(
  context: CanvasRenderingContext2D,
  drawn: readonly Drawn[],
  radius: number,
): void {
  context.beginPath();
  for (const { trade, segment } of drawn) {
    triangle(context, segment.x1, segment.y1, radius, trade.side);
    if (trade.closeAt !== null) dot(context, segment.x2, segment.y2, radius * 0.7);
  }
  context.fill();
}

/**
 * Points up for a long entry and down for a short one. Both run clockwise, as the dots do, so that marks that overlap make no
 * hole; the fill closes them, which is a thousand times faster than closing each in a long path.
 */
function triangle(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  side: 1 | -1,
): void {
  context.moveTo(x, y - side * radius);
  context.lineTo(x + side * radius, y + side * radius * 0.8);
  context.lineTo(x - side * radius, y + side * radius * 0.8);
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  if (radius < 1.5) {
    context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
    return;
  }
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, 2 * Math.PI);
}
