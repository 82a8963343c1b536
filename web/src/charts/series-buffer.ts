import type { LineData } from "./types";

/**
 * The history of live figures in a fixed amount of memory: when it is full, neighbours are averaged in pairs, and
 * from then on each stored row stands for twice as many points. An hour at ten a second and a week cost the same.
 */
export class SeriesBuffer {
  readonly capacity: number;
  readonly #x: Float64Array;
  readonly #columns: readonly Float64Array[];
  readonly #pending: { x: number; sums: Float64Array; counts: Uint32Array; rows: number };
  #length = 0;
  #resolution = 1;

  constructor(columns: number, capacity = 4096) {
    if (capacity < 2 || capacity % 2 !== 0) throw new RangeError("The capacity must be even");
    this.capacity = capacity;
    this.#x = new Float64Array(capacity);
    this.#columns = Array.from({ length: columns }, () => new Float64Array(capacity));
    this.#pending = {
      x: 0,
      sums: new Float64Array(columns),
      counts: new Uint32Array(columns),
      rows: 0,
    };
  }

  get length(): number {
    return this.#length;
  }

  /** How many points one stored row stands for. */
  get resolution(): number {
    return this.#resolution;
  }

  /** Takes a point; one whose x is not after the last one is left out, so that a stream may repeat itself. */
  add(x: number, values: readonly (number | null)[]): void {
    if (x <= this.#lastX()) return;
    const pending = this.#pending;
    pending.x = x;
    pending.rows += 1;
    this.#columns.forEach((_, column) => {
      const value = values[column];
      if (value === null || value === undefined || !Number.isFinite(value)) return;
      pending.sums[column]! += value;
      pending.counts[column]! += 1;
    });
    if (pending.rows >= this.#resolution) this.#store();
  }

  clear(): void {
    this.#length = 0;
    this.#resolution = 1;
    this.#forget();
  }

  /** A copy of what is stored; a gap is NaN. */
  data(): LineData {
    return {
      x: this.#x.slice(0, this.#length),
      values: this.#columns.map((column) => column.slice(0, this.#length)),
    };
  }

  #lastX(): number {
    if (this.#pending.rows > 0) return this.#pending.x;
    return this.#length > 0 ? this.#x[this.#length - 1]! : -Infinity;
  }

  #store(): void {
    const { x, sums, counts } = this.#pending;
    this.#x[this.#length] = x;
    this.#columns.forEach((column, index) => {
      column[this.#length] = counts[index] === 0 ? NaN : sums[index]! / counts[index]!;
    });
    this.#length += 1;
    this.#forget();
    if (this.#length === this.capacity) this.#halve();
  }

  #forget(): void {
    this.#pending.rows = 0;
    this.#pending.sums.fill(0);
    this.#pending.counts.fill(0);
  }

  #halve(): void {
    const half = this.capacity / 2;
    for (let row = 0; row < half; row++) {
      this.#x[row] = this.#x[2 * row + 1]!;
      for (const column of this.#columns) {
        column[row] = meanOfKnown(column[2 * row]!, column[2 * row + 1]!);
      }
    }
    this.#length = half;
    this.#resolution *= 2;
  }
}

function meanOfKnown(first: number, second: number): number {
  if (Number.isNaN(first)) return second;
  return Number.isNaN(second) ? first : (first + second) / 2;
}
