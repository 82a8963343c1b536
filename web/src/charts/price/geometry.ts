import type { Trade } from "../types";

/** Where bars and prices stand, in CSS pixels: x = x0 + dx · index, y = y0 + dy · price. */
export interface Projection {
  x0: number;
  dx: number;
  y0: number;
  dy: number;
}

/** Where an open trade ends for now. */
export interface LastBar {
  index: number;
  price: number;
}

export interface Segment {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

export function segmentOf(trade: Trade, last: LastBar, place: Projection): Segment {
  const closeAt = trade.closeAt ?? Math.max(last.index, trade.openAt);
  const closePrice = trade.closePrice ?? last.price;
  return {
    x1: place.x0 + place.dx * trade.openAt,
    y1: place.y0 + place.dy * trade.openPrice,
    x2: place.x0 + place.dx * closeAt,
    y2: place.y0 + place.dy * closePrice,
  };
}

/** Squared distance of a point from a segment. */
export function distanceSquared({ x1, y1, x2, y2 }: Segment, x: number, y: number): number {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - x1) * dx + (y - y1) * dy) / length;
  const t = Math.min(1, Math.max(0, along));
  return (x - x1 - t * dx) ** 2 + (y - y1 - t * dy) ** 2;
}

/** Index of the trade nearest to a point and at most `reach` away from it; -1 if there is none. */
export function nearestTrade(
  trades: readonly Trade[],
  last: LastBar,
  place: Projection,
  point: { x: number; y: number },
  reach: number,
): number {
  let nearest = -1;
  let best = reach * reach;
  trades.forEach((trade, index) => {
    const segment = segmentOf(trade, last, place);
    if (segment.x1 - reach > point.x || segment.x2 + reach < point.x) return;
    const distance = distanceSquared(segment, point.x, point.y);
    if (distance <= best) {
      best = distance;
      nearest = index;
    }
  });
  return nearest;
}

/** How large the marks of entries and exits are, so that many of them still let the lines be seen. */
export function markRadius(visible: number, width: number): number {
  const room = width / Math.max(1, visible);
  return Math.min(5, Math.max(1.5, room / 3));
}
