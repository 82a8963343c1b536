import clsx from "clsx";
import { useImperativeHandle, useRef } from "react";
import { formatNumber, formatTime, unknown } from "@/lib/format";
import type { Zone } from "@/lib/format";
import { seriesColour } from "../theme";
import type { ChartTheme } from "../theme";
import type { LineChartProps } from "../types";
import type { Reading } from "./line-view";

export interface LegendHandle {
  read: (reading: Reading) => void;
}

interface LegendProps extends Pick<LineChartProps, "series" | "xKind" | "xLabel" | "zone"> {
  theme: ChartTheme | null;
  format: (value: number) => string;
  hidden: ReadonlySet<number>;
  onToggle: (series: number) => void;
  handle: React.Ref<LegendHandle>;
}

export function placeText(x: number | null, xKind: LineChartProps["xKind"], zone: Zone): string {
  if (x === null) return "";
  return xKind === "time" ? formatTime(x * 1000, zone) : formatNumber(x);
}

export function valueText(value: number | null | undefined, format: (value: number) => string) {
  return value === null || value === undefined ? unknown : format(value);
}

/** The names of the series with their values under the cursor; a click hides or shows one. */
export function Legend(props: LegendProps) {
  const { series, xKind, xLabel, zone = "utc", theme, format, hidden, onToggle, handle } = props;
  const place = useRef<HTMLSpanElement>(null);
  const list = useRef<HTMLUListElement>(null);

  useImperativeHandle(handle, () => ({
    read: ({ x, values }) => {
      if (place.current) place.current.textContent = placeText(x, xKind, zone);
      list.current?.querySelectorAll("[data-value]").forEach((cell, index) => {
        cell.textContent = valueText(values[index], format);
      });
    },
  }));

  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-1 text-xs">
      <p className="text-muted mr-2">
        {xLabel && `${xLabel} `}
        <span
          ref={place}
          className={clsx(
            "text-ink inline-block",
            xKind === "time" ? "min-w-[16ch]" : "min-w-[4ch]",
          )}
        />
      </p>
      <ul ref={list} className="contents">
        {series.map(({ name, colour, dashed }, index) => (
          <li key={name}>
            <button
              type="button"
              aria-pressed={!hidden.has(index)}
              title={hidden.has(index) ? `Show ${name}` : `Hide ${name}`}
              onClick={() => onToggle(index)}
              className={clsx(
                "hover:bg-raised inline-flex min-h-8 items-center gap-1.5 rounded-md px-2",
                "pointer-coarse:min-h-10",
                hidden.has(index) ? "text-muted line-through" : "text-ink",
              )}
            >
              <span
                aria-hidden
                className={clsx("w-3 border-t-2", dashed && "border-dashed")}
                style={theme ? { borderColor: seriesColour(theme, colour ?? index) } : undefined}
              />
              {name}
              <span data-value className="inline-block min-w-[9ch] text-right font-medium" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
