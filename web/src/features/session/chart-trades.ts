import type { Trade } from "@/charts/types";
import { tripsOf, type Fill } from "./account";

/** Return the index of the last bar that had begun at a time. */
export function barAt(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/**
 * Return the round trips of one symbol as a chart draws them.
 *
 * @param times opening times of the chart's bars, in seconds
 * @param price the last known one, which open trips are marked at
 */
export function chartTrades(
  fills: readonly Fill[],
  symbol: string,
  times: readonly number[],
  price: number | null,
): Trade[] {
  const index = (at: string) => barAt(times, Date.parse(at) / 1_000);
  return tripsOf(fills.filter((fill) => fill.symbol === symbol)).map((trip) => {
    const mark = price ?? trip.openPrice;
    return {
      openAt: index(trip.openAt),
      openPrice: trip.openPrice,
      closeAt: trip.closeAt === null ? null : index(trip.closeAt),
      closePrice: trip.closePrice,
      side: trip.side,
      profit: trip.profit ?? trip.side * trip.quantity * (mark - trip.openPrice) - trip.fee,
      amount: trip.quantity,
      openAmount: trip.quantity * trip.openPrice,
      closeAmount: trip.closePrice === null ? null : trip.quantity * trip.closePrice,
    };
  });
}
