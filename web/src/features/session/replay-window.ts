import type { SessionEvent } from "@/api/feeds/session-feed";
import { problemOf, type Problem } from "@/api/problem";
import { numberBefore } from "./find-step";
import { coversStep, stepOf } from "./timeline";

export type ReadEvents = (after: number, limit: number) => Promise<readonly SessionEvent[]>;

const PAGE = 500;
const MOST = 3_000;
/** A decision this little later is read on to instead of searched for. */
const NEAR = 20;

/** Events around one decision of a session that has more of them than a page keeps. */
export class ReplayWindow {
  events: readonly SessionEvent[] = [];
  problem: Problem | null = null;
  private wanted: number | null = null;
  private isReading = false;
  private readonly listeners = new Set<() => void>();

  /** @param last number of the session's newest event */
  constructor(
    private readonly read: ReadEvents,
    private readonly last: () => number,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get hasEarlier(): boolean {
    return (this.events[0]?.seq ?? 1) > 1;
  }

  covers(step: number): boolean {
    return coversStep(this.events, step, (this.events.at(-1)?.seq ?? 0) >= this.last());
  }

  /** Read what is missing of a decision; only the newest wish is fulfilled. */
  async show(step: number): Promise<void> {
    this.wanted = step;
    if (this.isReading) return;
    this.isReading = true;
    try {
      while (this.wanted !== null && !this.covers(this.wanted)) await this.readFor(this.wanted);
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.isReading = false;
    this.changed();
  }

  async loadEarlier(): Promise<void> {
    const first = this.events[0]?.seq ?? 1;
    const after = Math.max(0, first - 1 - PAGE);
    const earlier = await this.read(after, first - 1 - after);
    if (this.events[0]?.seq !== first) return;
    this.events = [...earlier, ...this.events];
    this.changed();
  }

  private async readFor(step: number): Promise<void> {
    const near = this.lastStep();
    const goesOn = near !== null && step >= near && step - near <= NEAR;
    if (!goesOn) {
      const pages = async (after: number, limit: number) =>
        (await this.read(after, limit)).map((event) => ({ seq: event.seq, step: stepOf(event) }));
      const after = await numberBefore(step, pages, this.last());
      this.events = await this.read(after, PAGE);
    }
    while (this.wanted === step && !this.covers(step)) {
      const more = await this.read(this.events.at(-1)?.seq ?? 0, PAGE);
      if (more.length === 0) return this.giveUp();
      this.events = [...this.events, ...more].slice(-MOST);
      this.changed();
    }
  }

  private giveUp(): void {
    this.wanted = null;
  }

  private lastStep(): number | null {
    const step = this.events.findLast((event) => event.kind === "step");
    return step?.kind === "step" ? step.data.step : null;
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
