/** One execution; numbers as exact text. */
export interface AccountFill {
  symbol: string;
  /** Positive buys, negative sells. */
  quantity: string;
  price: string;
  fee: string;
  at: string;
}

/** So many new shares for each old one. */
export interface StockSplit {
  symbol: string;
  at: string;
  ratio: string;
}

/** An entry with its exit, at average cost. */
export interface RoundTrip {
  symbol: string;
  side: 1 | -1;
  quantity: number;
  openedAt: string;
  openedPrice: number;
  closedAt: string;
  closedPrice: number;
  fees: number;
  /** Net of fees. */
  profit: number;
}

interface Held {
  quantity: number;
  averagePrice: number;
  fees: number;
  openedAt: string;
}

/** What is left of a position by rounding alone is nothing. */
const NOTHING = 1e-9;

/**
 * Return the round trips that fills make, oldest exit first, as the server counts them: a fill against the position closes so
 * many units as it takes out, entered at the position's average price; a fill beyond it opens the opposite one. Fills and splits
 * come by time; a split changes the units and the average price of what is held then.
 */
export function roundTrips(
  fills: readonly AccountFill[],
  splits: readonly StockSplit[] = [],
): RoundTrip[] {
  const waiting = [...splits];
  const closed: RoundTrip[] = [];
  const positions = new Map<string, Held>();
  for (const fill of fills) {
    while (waiting[0] !== undefined && Date.parse(waiting[0].at) <= Date.parse(fill.at)) {
      split(positions, waiting[0]);
      waiting.shift();
    }
    const { trip, held } = filled(positions.get(fill.symbol), fill);
    if (trip) closed.push(trip);
    if (held) positions.set(fill.symbol, held);
    else positions.delete(fill.symbol);
  }
  return closed;
}

function split(positions: Map<string, Held>, { symbol, ratio }: StockSplit): void {
  const held = positions.get(symbol);
  if (!held) return;
  const factor = Number(ratio);
  positions.set(symbol, {
    ...held,
    quantity: held.quantity * factor,
    averagePrice: held.averagePrice / factor,
  });
}

function filled(before: Held | undefined, fill: AccountFill): { trip?: RoundTrip; held?: Held } {
  const quantity = Number(fill.quantity);
  const price = Number(fill.price);
  const fee = Number(fill.fee);
  if (quantity === 0) return { held: before };
  if (!before) return { held: { quantity, averagePrice: price, fees: fee, openedAt: fill.at } };
  const after = before.quantity + quantity;
  if (Math.sign(before.quantity) === Math.sign(quantity)) {
    const paid = before.quantity * before.averagePrice + quantity * price;
    return {
      held: { ...before, quantity: after, averagePrice: paid / after, fees: before.fees + fee },
    };
  }
  const side = before.quantity > 0 ? 1 : -1;
  const closing = Math.min(Math.abs(before.quantity), Math.abs(quantity));
  const entryFee = (before.fees * closing) / Math.abs(before.quantity);
  const exitFee = (fee * closing) / Math.abs(quantity);
  const fees = entryFee + exitFee;
  const trip: RoundTrip = {
    symbol: fill.symbol,
    side,
    quantity: closing,
    openedAt: before.openedAt,
    openedPrice: before.averagePrice,
    closedAt: fill.at,
    closedPrice: price,
    fees,
    profit: side * (price - before.averagePrice) * closing - fees,
  };
  if (Math.abs(after) <= closing * NOTHING) return { trip };
  if (Math.sign(after) === side) {
    return { trip, held: { ...before, quantity: after, fees: before.fees - entryFee } };
  }
  const turned = {
    quantity: after,
    averagePrice: price,
    fees: fee - exitFee,
    openedAt: fill.at,
  };
  return { trip, held: turned };
}
