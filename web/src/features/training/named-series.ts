import { SeriesBuffer } from "@/charts/series-buffer";

type Reader<Source> = (source: Source) => number | null;
export type NamedData<Figure extends string> = { x: number[] } & Record<Figure, number[]>;

/** The history of several figures of one source, in a bounded amount of memory; a gap is NaN. */
export class NamedSeries<Source, Figure extends string> {
  private readonly figures: Figure[];
  private readonly readers: Reader<Source>[];
  private readonly buffer: SeriesBuffer;
  private shown: NamedData<Figure> | null = null;
  private newest = -Infinity;

  constructor(
    private readonly place: (source: Source) => number,
    columns: Record<Figure, Reader<Source>>,
  ) {
    this.figures = Object.keys(columns) as Figure[];
    this.readers = this.figures.map((figure) => columns[figure]);
    this.buffer = new SeriesBuffer(this.figures.length);
  }

  /** Take what comes after all that was taken; false: it was here before. */
  take(source: Source): boolean {
    const x = this.place(source);
    if (x <= this.newest) return false;
    this.newest = x;
    this.buffer.add(
      x,
      this.readers.map((read) => read(source)),
    );
    this.shown = null;
    return true;
  }

  /** Another object whenever something has come; what it holds never changes. */
  get data(): NamedData<Figure> {
    this.shown ??= this.copy();
    return this.shown;
  }

  private copy(): NamedData<Figure> {
    const { x, values } = this.buffer.data();
    const named = this.figures.map((figure, column) => [figure, Array.from(values[column] ?? [])]);
    return { x: Array.from(x), ...Object.fromEntries(named) } as NamedData<Figure>;
  }
}
