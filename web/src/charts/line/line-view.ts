import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { canvasBlob } from "../png";
import type { ChartTheme } from "../theme";
import type { LineData } from "../types";
import { plotOptions } from "./options";
import type { LineShape } from "./options";
import { COLUMNS_PER_SERIES, viewData } from "./view-data";

/** What the legend shows: the place under the cursor, or else the last one. */
export interface Reading {
  x: number | null;
  values: readonly (number | null)[];
}

export interface Range {
  min: number;
  max: number;
}

/** The line chart behind its component: it is told what to show, and draws it. */
export class LineView {
  readonly #plot: uPlot;
  readonly #count: number;
  readonly #log: boolean;
  readonly #read: (reading: Reading) => void;
  readonly #observer: ResizeObserver;
  #data: LineData;
  #smoothing: number;
  #range: Range | null;

  constructor(
    host: HTMLElement,
    data: LineData,
    shape: LineShape,
    theme: ChartTheme,
    smoothing: number,
    read: (reading: Reading) => void,
    range: Range | null,
  ) {
    this.#range = range;
    this.#data = data;
    this.#count = shape.series.length;
    this.#log = shape.log;
    this.#smoothing = smoothing;
    this.#read = read;
    const options = plotOptions(uPlot, shape, theme, sizeOf(host));
    this.#plot = new uPlot(
      {
        ...options,
        cursor: {
          ...options.cursor,
          drag: { ...options.cursor?.drag, setScale: false },
          bind: {
            dblclick: () => () => {
              this.reset();
              return null;
            },
          },
        },
        hooks: {
          ...options.hooks,
          setSelect: [(plot) => this.#zoomToSelection(plot)],
          setCursor: [() => this.#tell()],
        },
      },
      this.#view(),
      host,
    );
    this.#observer = new ResizeObserver(() => {
      if (host.clientWidth > 0) this.#plot.setSize(sizeOf(host));
    });
    this.#observer.observe(host);
    this.#draw();
  }

  /** The part of x that is looked at; null: all of it. */
  get range(): Range | null {
    return this.#range;
  }

  setData(data: LineData): void {
    this.#data = data;
    this.#draw();
  }

  smooth(weight: number): void {
    if (weight === this.#smoothing) return;
    this.#smoothing = weight;
    this.#draw();
  }

  show(series: number, shown: boolean): void {
    this.#plot.batch(() => {
      for (let column = 1; column <= COLUMNS_PER_SERIES; column++) {
        this.#plot.setSeries(COLUMNS_PER_SERIES * series + column, { show: shown });
      }
    });
  }

  readonly reset = (): void => {
    this.#range = null;
    this.#draw();
  };

  /** Looks at a part of x that is `factor` times as wide, around the cursor or the middle. */
  zoom(factor: number): void {
    const { min, max } = this.#plot.scales.x ?? {};
    if (min === undefined || max === undefined) return;
    const index = this.#plot.cursor.idx;
    const middle = typeof index === "number" ? this.#plot.data[0][index]! : (min + max) / 2;
    const half = ((max - min) / 2) * factor;
    const x = this.#data.x;
    const [least, greatest] = [x[0] ?? 0, x[x.length - 1] ?? 0];
    if (2 * half >= greatest - least) this.#range = null;
    else {
      const start = Math.min(Math.max(middle - half, least), greatest - 2 * half);
      this.#range = { min: start, max: start + 2 * half };
    }
    this.#draw();
  }

  /** Moves the cursor by so many points, from the last one if it is nowhere, and says what is there. */
  step(by: number): Reading | null {
    const x = this.#plot.data[0];
    if (x.length === 0) return null;
    const from = this.#plot.cursor.idx ?? x.length;
    const index = Math.min(x.length - 1, Math.max(0, from + by));
    this.#plot.setCursor({
      left: this.#plot.valToPos(x[index]!, "x"),
      top: this.#plot.over.clientHeight / 2,
    });
    return this.#reading();
  }

  leave(): void {
    this.#plot.setCursor({ left: -10, top: -10 });
  }

  toPng(): Promise<Blob> {
    return canvasBlob(this.#plot.ctx.canvas);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  #view() {
    return viewData(this.#data, {
      smoothing: this.#smoothing,
      log: this.#log,
      range: this.#range,
    });
  }

  #draw(): void {
    const range = this.#range;
    this.#plot.batch(() => {
      this.#plot.setData(this.#view(), range === null);
      if (range) this.#plot.setScale("x", range);
    });
    this.#tell();
  }

  #zoomToSelection(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    this.#range = { min: plot.posToVal(left, "x"), max: plot.posToVal(left + width, "x") };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#draw();
  }

  #tell(): void {
    this.#read(this.#reading());
  }

  #reading(): Reading {
    const data = this.#plot.data;
    const index = this.#plot.cursor.idx ?? data[0].length - 1;
    return {
      x: data[0][index] ?? null,
      values: Array.from(
        { length: this.#count },
        (_, series) => data[COLUMNS_PER_SERIES * series + 2]?.[index] ?? null,
      ),
    };
  }
}

function sizeOf(host: HTMLElement): { width: number; height: number } {
  return { width: host.clientWidth, height: host.clientHeight };
}
