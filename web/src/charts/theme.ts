import { useSyncExternalStore } from "react";
import type { SeriesColour } from "./types";

/** The colours of globals.css, resolved for canvases, which know no variables. */
export interface ChartTheme {
  surface: string;
  raised: string;
  line: string;
  control: string;
  ink: string;
  muted: string;
  accent: string;
  up: string;
  down: string;
  series: readonly string[];
  font: string;
}

const WATCHED = ["data-theme", "data-colours"];

function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    surface: variable("surface"),
    raised: variable("raised"),
    line: variable("line"),
    control: variable("control"),
    ink: variable("ink"),
    muted: variable("muted"),
    accent: variable("accent"),
    up: variable("up"),
    down: variable("down"),
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((index) => variable(`series-${index}`)),
    font: getComputedStyle(document.body).fontFamily,
  };
}

let current: ChartTheme | null = null;
let observer: MutationObserver | null = null;
const readers = new Set<() => void>();

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  if (!observer) {
    observer = new MutationObserver(() => {
      current = readTheme();
      readers.forEach((each) => each());
    });
    observer.observe(document.documentElement, { attributeFilter: WATCHED });
  }
  return () => {
    readers.delete(reader);
    if (readers.size === 0) {
      observer?.disconnect();
      observer = null;
      current = null;
    }
  };
}

/** The colours of now; null until there is a document. Read once per change of theme. */
export function useChartTheme(): ChartTheme | null {
  return useSyncExternalStore(
    subscribe,
    () => (current ??= readTheme()),
    () => null,
  );
}

export function seriesColour(theme: ChartTheme, colour: SeriesColour): string {
  if (typeof colour === "string") return theme[colour];
  return theme.series[colour % theme.series.length] ?? theme.accent;
}
