import { histogramBins } from "@/charts/histogram-bins";
import { cellColour, type YearReturns } from "@/charts/monthly";
import { canvasBlob } from "@/charts/png";
import type { ChartTheme } from "@/charts/theme";
import { formatPercent } from "@/lib/format";
import type { SymbolResult } from "./account";

type Ink = "ink" | "muted";

export interface Picture {
  width: number;
  height: number;
  boxes: { x: number; y: number; width: number; height: number; colour: string }[];
  texts: { x: number; y: number; text: string; align: CanvasTextAlign; ink: Ink; bold?: boolean }[];
}

const WIDTH = 960;
const MARGIN = 24;
const HEAD = 56;
const SHARPNESS = 2;

function titled(title: string, height: number): Picture {
  const head = { x: MARGIN, y: 28, text: title, align: "left", ink: "ink", bold: true } as const;
  return { width: WIDTH, height, boxes: [], texts: [head] };
}

/** How often results of each size came. */
export function histogramPicture(
  title: string,
  values: readonly number[],
  format: (value: number) => string,
  theme: ChartTheme,
): Picture {
  const picture = titled(title, 400);
  const bins = histogramBins(values);
  const most = bins.reduce((max, { count }) => Math.max(max, count), 1);
  const step = (WIDTH - 2 * MARGIN) / Math.max(1, bins.length);
  const [top, floor] = [HEAD, picture.height - 40];
  bins.forEach(({ from, to, count }, index) => {
    const height = (count / most) * (floor - top);
    const place = { x: MARGIN + index * step + 1, y: floor - height, width: step - 2, height };
    picture.boxes.push({ ...place, colour: to <= 0 ? theme.down : theme.up });
    if (index % 4 === 0) {
      const x = MARGIN + index * step;
      picture.texts.push({ x, y: floor + 20, text: format(from), align: "left", ink: "muted" });
    }
  });
  picture.boxes.push({
    x: MARGIN,
    y: floor,
    width: WIDTH - 2 * MARGIN,
    height: 1,
    colour: theme.line,
  });
  return picture;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Returns of each month, a row for each year. */
export function monthlyPicture(
  title: string,
  years: readonly YearReturns[],
  theme: ChartTheme,
): Picture {
  const row = 30;
  const picture = titled(title, HEAD + row * (years.length + 1) + MARGIN);
  const column = (WIDTH - 2 * MARGIN) / 14;
  const all = years.flatMap(({ months }) => months.map((value) => Math.abs(value ?? 0)));
  const strongest = all.reduce((a, b) => Math.max(a, b), 0);
  const right = (index: number) => MARGIN + (index + 1) * column - 8;
  [...MONTHS, "Total"].forEach((text, index) =>
    picture.texts.push({ x: right(index + 1), y: HEAD + 18, text, align: "right", ink: "muted" }),
  );
  years.forEach(({ year, months, total }, line) => {
    const y = HEAD + row * (line + 1);
    const text = (x: number, words: string, align: CanvasTextAlign, bold = false) =>
      picture.texts.push({ x, y: y + 19, text: words, align, ink: "ink", bold });
    text(MARGIN, String(year), "left", true);
    months.forEach((value, month) => {
      if (value === null) return;
      const colour = cellColour(value, strongest, theme);
      const x = MARGIN + (month + 1) * column;
      picture.boxes.push({ x, y: y + 1, width: column - 2, height: row - 2, colour });
      text(right(month + 1), formatPercent(value, { sign: true, digits: 1 }), "right");
    });
    text(right(13), formatPercent(total, { sign: true, digits: 1 }), "right", true);
  });
  return picture;
}

/** Profit of each symbol, losses to the left of zero. */
export function symbolsPicture(
  title: string,
  results: readonly SymbolResult[],
  format: (value: number) => string,
  theme: ChartTheme,
): Picture {
  const row = 32;
  const picture = titled(title, HEAD + row * results.length + MARGIN);
  const [left, right] = [200, WIDTH - 140];
  const least = results.reduce((a, { profit }) => Math.min(a, profit), 0);
  const greatest = results.reduce((a, { profit }) => Math.max(a, profit), 0);
  const place = (value: number) =>
    left + ((value - least) / (greatest - least || 1)) * (right - left);
  results.forEach(({ symbol, profit }, index) => {
    const y = HEAD + row * index;
    const x = Math.min(place(0), place(profit));
    const width = Math.abs(place(profit) - place(0));
    const colour = profit < 0 ? theme.down : theme.up;
    picture.boxes.push({ x, y: y + 8, width, height: 16, colour });
    picture.texts.push(
      { x: MARGIN, y: y + 20, text: symbol, align: "left", ink: "ink" },
      { x: WIDTH - MARGIN, y: y + 20, text: format(profit), align: "right", ink: "ink" },
    );
  });
  return picture;
}

/** The picture in the colours of now. */
export function pngOf({ width, height, boxes, texts }: Picture, theme: ChartTheme): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = width * SHARPNESS;
  canvas.height = height * SHARPNESS;
  const context = canvas.getContext("2d");
  if (!context) return Promise.reject(new Error("The picture could not be made"));
  context.scale(SHARPNESS, SHARPNESS);
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, width, height);
  for (const { colour, ...box } of boxes) {
    context.fillStyle = colour;
    context.fillRect(box.x, box.y, box.width, box.height);
  }
  for (const { text, x, y, align, ink, bold } of texts) {
    context.font = `${bold ? "600 " : ""}13px ${theme.font}`;
    context.textAlign = align;
    context.fillStyle = theme[ink];
    context.fillText(text, x, y);
  }
  return canvasBlob(canvas);
}

/** A chart's own picture, which has no ground and no title, with both. */
export async function framed(title: string, chart: Blob, theme: ChartTheme): Promise<Blob> {
  const drawn = await createImageBitmap(chart);
  const scale = window.devicePixelRatio || 1;
  const [head, margin] = [40 * scale, 12 * scale];
  const canvas = document.createElement("canvas");
  canvas.width = drawn.width + 2 * margin;
  canvas.height = drawn.height + head + margin;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The picture could not be made");
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(drawn, margin, head);
  context.font = `600 ${13 * scale}px ${theme.font}`;
  context.fillStyle = theme.ink;
  context.fillText(title, margin, 24 * scale);
  return canvasBlob(canvas);
}
