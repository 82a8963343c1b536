import type { Connection, Follower, Frame } from "@/api/connection";
import { EventList, type RunEvent } from "@/api/feeds/event-list";
import { Problem, problemOf } from "@/api/problem";
import { parseEvent, parseQueryAnswer } from "@/api/schema";
import type { RunState } from "@/api/types";

/** What runs of every kind have in common, as far as a feed looks at them. */
export interface RunMessage {
  id: number;
  state: RunState;
  cursor: number;
  reason?: string | null;
}

export interface Backend<Run extends RunMessage> {
  read: (id: number) => Promise<Run>;
  events: (id: number, after: number, limit: number) => Promise<readonly RunEvent[]>;
}

export interface FeedOptions {
  rateHz: number | null;
  /** How many events of before are read at the start, and how many are kept. */
  history: number;
  capacity: number;
}

export const FEED_OPTIONS: FeedOptions = { rateHz: null, history: 3_000, capacity: 10_000 };
const PAGE = 1_000;
const AGAIN_MS = 3_000;

/** Where a feed stands: `gone` where the run cannot be followed at all. */
export type FeedPhase = "opening" | "live" | "ended" | "gone";

/**
 * One run as it happens: its message kept up to date, and its events in order, each exactly once.
 *
 * What changes is told to subscribers at most once per animation frame.
 */
export abstract class RunFeed<Run extends RunMessage, Status, Event extends RunEvent> {
  run: Run | null = null;
  problem: Problem | null = null;
  phase: FeedPhase = "opening";
  /** When the last frame came (ms); null before the first. */
  heardAt: number | null = null;
  events: EventList<Event>;
  protected abstract readonly topic: Follower["topic"];
  protected abstract readonly kind: "training" | "population" | "session" | "evaluation";

  private readonly listeners = new Set<() => void>();
  private readonly statusListeners = new Set<(status: Status) => void>();
  private leave: (() => void) | null = null;
  private opening = 0; // counts openings and closings: what belongs to an older one is dropped
  private isTelling = false;
  private included = 0; // number of the last event that a whole message of the run includes

  constructor(
    readonly id: number,
    private readonly backend: Backend<Run>,
    private readonly connection: Connection,
    private readonly options: FeedOptions = FEED_OPTIONS,
  ) {
    this.events = new EventList(options.capacity);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Be given every status as it comes, for what is drawn without a component's rendering. */
  onStatus(listener: (status: Status) => void): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }

  /** Read the run, then follow it; tries again while the server is away. */
  async open(): Promise<void> {
    const opening = (this.opening += 1);
    try {
      const run = await this.backend.read(this.id);
      if (opening !== this.opening) return;
      this.run = run;
      this.included = run.cursor;
      this.problem = null;
      this.events = new EventList(
        this.options.capacity,
        Math.max(0, run.cursor - this.options.history),
      );
      this.follow();
      this.opened();
    } catch (error) {
      if (opening !== this.opening) return;
      this.problem = problemOf(error);
      if (!this.problem.isPassing) this.phase = "gone";
      else setTimeout(() => opening === this.opening && void this.open(), AGAIN_MS);
    }
    this.changed();
  }

  close(): void {
    this.opening += 1;
    this.leave?.();
    this.leave = null;
  }

  /** Read events from before those that are here. */
  async loadEarlier(): Promise<void> {
    const before = this.events.before;
    if (before <= 0) return;
    const after = Math.max(0, before - PAGE);
    const events = await this.backend.events(this.id, after, before - after);
    this.events.prepend(
      events.map(({ seq, kind, data }) => this.read(seq, kind, data)),
      after,
    );
    this.changed();
  }

  /** Take an answer to a command as the run's newest message. */
  take(run: Run): void {
    this.included = Math.max(this.included, run.cursor);
    this.run = this.run === null ? run : this.joined(this.run, run);
    this.changed();
  }

  /** What a subclass does with a status; it has no number and the latest counts. */
  protected abstract tookStatus(run: Run, status: Status): void;
  /** What a subclass does with an event that the run does not include yet. */
  protected abstract tookEvent(event: Event): void;
  /** Which of two messages holds; a subclass may keep what an older one knows better. */
  protected joined(before: Run, now: Run): Run {
    return now.cursor >= before.cursor ? now : before;
  }

  /** What a subclass reads once the run is known. */
  protected opened(): void {}

  protected changed(): void {
    if (this.isTelling) return;
    this.isTelling = true;
    soon(() => {
      this.isTelling = false;
      for (const listener of this.listeners) listener();
    });
  }

  private heardStatus(status: Status): void {
    if (this.run === null) return;
    this.tookStatus(this.run, status);
    for (const listener of this.statusListeners) listener(status);
  }

  private follow(): void {
    this.phase = "live";
    this.leave = this.connection.follow({
      topic: this.topic,
      runId: this.id,
      rateHz: this.options.rateHz,
      cursor: () => this.events.cursor,
      onFrame: (frame) => this.heard(frame),
      onEnd: (last) => this.ended(last),
    });
  }

  private heard(frame: Frame): void {
    this.heardAt = Date.now();
    const kind = frame.inner_task;
    if (kind === null) return;
    try {
      if (typeof frame.seq !== "number") {
        if (kind === "status") this.heardStatus(parseEvent(this.kind, kind, frame.data) as Status);
      } else {
        const event = this.read(frame.seq, kind, frame.data);
        if (this.events.add(event) && event.seq > this.included) this.tookEvent(event);
      }
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.changed();
  }

  private read(seq: number, kind: string, data: unknown): Event {
    return { seq, kind, data: parseEvent(this.kind, kind, data) } as Event;
  }

  private ended(last: Record<string, unknown> | Problem): void {
    this.heardAt = Date.now();
    this.leave = null;
    if (last instanceof Problem) {
      this.problem = last;
      this.phase = "gone";
    } else {
      this.phase = "ended";
      try {
        this.take(parseQueryAnswer(`${this.topic}-watch`, last) as Run);
      } catch (error) {
        this.problem = problemOf(error);
      }
    }
    this.changed();
  }
}

function soon(act: () => void): void {
  if (typeof requestAnimationFrame === "function" && !document.hidden) requestAnimationFrame(act);
  else setTimeout(act, 100);
}
