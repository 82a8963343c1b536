import type { EvaluationTrade, Part } from "./parts";

interface Kept {
  episode: number;
  trades: EvaluationTrade[];
  /** Bars at which they were opened: an account opens one position at a time. */
  opened: Set<number>;
}

export interface NewestEvaluation {
  episode: number;
  /** Oldest first; another array whenever there are others. */
  trades: readonly EvaluationTrade[];
}

/** The trades of the newest evaluation of each part; those of earlier ones are forgotten. */
export class EvaluationTrades {
  private readonly kept = new Map<Part, Kept>();
  private readonly shown = new Map<Part, NewestEvaluation>();

  /** Take a trade, which may come more than once and in any order. */
  take(trade: EvaluationTrade): boolean {
    let kept = this.kept.get(trade.part);
    if (kept !== undefined && trade.episode < kept.episode) return false;
    if (kept === undefined || trade.episode > kept.episode) {
      kept = { episode: trade.episode, trades: [], opened: new Set() };
      this.kept.set(trade.part, kept);
    }
    if (kept.opened.has(trade.open_at)) return false;
    kept.opened.add(trade.open_at);
    kept.trades.push(trade);
    this.shown.delete(trade.part);
    return true;
  }

  of(part: Part): NewestEvaluation | null {
    const kept = this.kept.get(part);
    if (kept === undefined) return null;
    const known = this.shown.get(part);
    if (known !== undefined) return known;
    const trades = kept.trades.toSorted((one, other) => one.open_at - other.open_at);
    const newest = { episode: kept.episode, trades };
    this.shown.set(part, newest);
    return newest;
  }
}

export interface TradePage {
  trades: readonly EvaluationTrade[];
  next: number | null;
}

type ReadTrades = (part: Part, after: number) => Promise<TradePage>;

const FIRST_REACH = 1_000;

/**
 * Read the trades of a part's newest evaluation, looking back from the last event.
 *
 * All evaluations are numbered in one list: so it is read from further and further back, until
 * what is found begins with an earlier evaluation, or reaches the beginning.
 */
export async function readNewest(
  part: Part,
  cursor: number,
  read: ReadTrades,
): Promise<readonly EvaluationTrade[]> {
  for (let reach = FIRST_REACH; ; reach *= 4) {
    const from = Math.max(0, cursor - reach);
    const found = await readAfter(part, from, read);
    const newest = found.at(-1)?.episode;
    if (from === 0 || (found[0] !== undefined && found[0].episode !== newest)) {
      return found.filter(({ episode }) => episode === newest);
    }
  }
}

async function readAfter(part: Part, from: number, read: ReadTrades): Promise<EvaluationTrade[]> {
  const found: EvaluationTrade[] = [];
  for (let after: number | null = from; after !== null;) {
    const page: TradePage = await read(part, after);
    found.push(...page.trades);
    after = page.next;
  }
  return found;
}
