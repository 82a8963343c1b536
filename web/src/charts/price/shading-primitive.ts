import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";
import { translucent } from "../contrast";
import type { ChartTheme } from "../theme";
import { projection } from "./projection";
import { labelPlaces, partsOf } from "./parts";
import type { Part, Stretch } from "./parts";

const LABEL_TOP = 14;

/** Shades what is not trained on, names each part of the bars, and draws where they are split. */
export class ShadingPrimitive implements ISeriesPrimitive<Time> {
  #parts: readonly Part[] = [];
  #day: number | null = null;
  #theme: ChartTheme;
  #at: SeriesAttachedParameter<Time> | null = null;
  readonly #views: readonly IPrimitivePaneView[];

  constructor(theme: ChartTheme) {
    this.#theme = theme;
    const behind = this.#renderer((context, size) => this.#drawParts(context, size));
    const before = this.#renderer((context, size) => this.#drawDay(context, size));
    this.#views = [
      { zOrder: () => "bottom", renderer: () => behind },
      { zOrder: () => "top", renderer: () => before },
    ];
  }

  attached(at: SeriesAttachedParameter<Time>): void {
    this.#at = at;
  }

  detached(): void {
    this.#at = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  divide(count: number, split?: number, validation?: readonly [number, number]): void {
    this.#parts = partsOf(count, split, validation);
    this.#at?.requestUpdate();
  }

  mark(day: number | null): void {
    this.#day = day;
    this.#at?.requestUpdate();
  }

  paint(theme: ChartTheme): void {
    this.#theme = theme;
    this.#at?.requestUpdate();
  }

  #renderer(draw: (context: CanvasRenderingContext2D, size: Size) => void): IPrimitivePaneRenderer {
    return {
      draw: (target) =>
        target.useMediaCoordinateSpace(({ context, mediaSize }) => draw(context, mediaSize)),
    };
  }

  #drawParts(context: CanvasRenderingContext2D, { width, height }: Size): void {
    const place = this.#at && projection(this.#at.chart, this.#at.series);
    if (!place) return;
    context.font = `11px ${this.#theme.font}`;
    const stretches: (Stretch & { part: Part })[] = [];
    for (const part of this.#parts) {
      const left = place.x0 + place.dx * (part.from - 0.5);
      const right = place.x0 + place.dx * (part.to - 0.5);
      if (right < 0 || left > width) continue;
      const tint = { training: null, validation: this.#theme.muted, unseen: this.#theme.accent };
      const colour = tint[part.kind];
      if (colour) {
        context.fillStyle = translucent(colour, 0.1);
        context.fillRect(left, 0, right - left, height);
      }
      if (part.kind === "unseen") verticalLine(context, left, height, this.#theme.accent, [6, 4]);
      stretches.push({ left, right, label: context.measureText(part.label).width, part });
    }
    context.fillStyle = this.#theme.muted;
    labelPlaces(stretches, width).forEach(({ x, row }, index) => {
      context.fillText(stretches[index]!.part.label, x, LABEL_TOP + row * LABEL_TOP);
    });
  }

  #drawDay(context: CanvasRenderingContext2D, { height }: Size): void {
    const place = this.#at && projection(this.#at.chart, this.#at.series);
    if (!place || this.#day === null) return;
    verticalLine(context, place.x0 + place.dx * this.#day, height, this.#theme.accent, []);
  }
}

interface Size {
  width: number;
  height: number;
}

function verticalLine(
  context: CanvasRenderingContext2D,
  x: number,
  height: number,
  colour: string,
  dash: number[],
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, 0);
  context.lineTo(Math.round(x) + 0.5, height);
  context.stroke();
  context.setLineDash([]);
}
