import type { TrainingEvent, TrainingFeed } from "@/api/feeds/training-feed";
import { EvaluationTrades, readNewest, type TradePage } from "./evaluation-trades";
import type { Episode, Part } from "./parts";
import { episodeSeries, figureSeries } from "./series";

export interface EpisodePage {
  episodes: readonly Episode[];
  next: number | null;
}

export interface HistoryBackend {
  episodes: (after: number) => Promise<EpisodePage>;
  trades: (part: Part, after: number) => Promise<TradePage>;
}

const AGAIN_MS = 5_000;
const PARTS: readonly Part[] = ["validation", "out_of_sample"];

/**
 * What a page keeps of a training beside its feed: its episodes from the first on, the trades of the
 * newest evaluations, and the live figures since the page was opened.
 */
export class TrainingHistory {
  readonly episodes = episodeSeries();
  readonly evaluations = new EvaluationTrades();
  readonly figures = figureSeries();
  /** Whether all that was before the page is read. */
  isRead = false;

  private seen = 0;
  private isReading = false;
  private isStarted = false;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly feed: TrainingFeed,
    private readonly backend: HistoryBackend,
  ) {}

  get id(): number {
    return this.feed.id;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Follow the feed until the returned function is called. */
  start(): () => void {
    this.isStarted = true;
    const leaveStatus = this.feed.onStatus((status) => {
      this.figures.take({ status, atMs: Date.now() });
      this.tell();
    });
    const leaveEvents = this.feed.subscribe(() => this.look());
    this.look();
    return () => {
      this.isStarted = false;
      leaveStatus();
      leaveEvents();
    };
  }

  private look(): void {
    if (this.feed.run === null) return;
    if (!this.isRead) {
      void this.read(this.feed.run.cursor);
      return;
    }
    if (this.feed.events.cursor === this.seen) return;
    for (const event of newer(this.feed.events.all, this.seen)) {
      if (event.kind === "episode") this.episodes.take(event.data);
      else if (event.kind === "trade") this.evaluations.take(event.data);
    }
    this.seen = this.feed.events.cursor;
    this.tell();
  }

  private async read(cursor: number): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      await Promise.all([
        this.readEpisodes(),
        ...PARTS.map((part) => this.readTrades(part, cursor)),
      ]);
      this.isRead = true;
    } catch {
      setTimeout(() => this.isStarted && this.look(), AGAIN_MS);
    } finally {
      this.isReading = false;
    }
    this.look();
    this.tell();
  }

  private async readEpisodes(): Promise<void> {
    for (let after: number | null = 0; after !== null;) {
      const page: EpisodePage = await this.backend.episodes(after);
      for (const episode of page.episodes) this.episodes.take(episode);
      after = this.isStarted ? page.next : null;
    }
  }

  private async readTrades(part: Part, cursor: number): Promise<void> {
    const trades = await readNewest(part, cursor, this.backend.trades);
    for (const trade of trades) this.evaluations.take(trade);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function newer(events: readonly TrainingEvent[], seen: number): readonly TrainingEvent[] {
  const first = events.findLastIndex(({ seq }) => seq <= seen) + 1;
  return events.slice(first);
}
