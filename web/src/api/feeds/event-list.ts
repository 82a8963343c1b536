/** A numbered event of a run, as the page keeps it. */
export interface RunEvent<Kind extends string = string, Data = unknown> {
  seq: number;
  kind: Kind;
  data: Data;
}

/**
 * The newest events of a run in order, each once: what comes twice is dropped.
 *
 * At most `capacity` are kept, older ones leave in batches; `hasEarlier` says whether older ones exist that are not here.
 */
export class EventList<Event extends RunEvent> {
  private readonly list: Event[] = [];
  private shown: readonly Event[] | null = null;
  private last: number;
  private first: number;

  /** @param after number of the event before the first one that will come */
  constructor(
    private readonly capacity: number,
    after = 0,
  ) {
    this.last = after;
    this.first = after + 1;
  }

  /** Oldest first; another array whenever something has changed. */
  get all(): readonly Event[] {
    this.shown ??= this.list.slice();
    return this.shown;
  }

  /** Number of the newest event. */
  get cursor(): number {
    return this.last;
  }

  /** Number of the event before the oldest one here. */
  get before(): number {
    return this.first - 1;
  }

  get hasEarlier(): boolean {
    return this.first > 1;
  }

  /** Take the next event; false: it was here before. */
  add(event: Event): boolean {
    if (event.seq <= this.last) return false;
    this.last = event.seq;
    this.list.push(event);
    this.shown = null;
    if (this.list.length > this.capacity) {
      this.list.splice(0, this.list.length - this.capacity + Math.floor(this.capacity / 10));
      this.first = this.list[0]?.seq ?? this.last + 1;
    }
    return true;
  }

  /** Put older events, which end right before the oldest one here, in front. */
  prepend(events: readonly Event[], after: number): void {
    this.list.unshift(...events.filter(({ seq }) => seq > after && seq < this.first));
    this.first = after + 1;
    this.shown = null;
  }
}
