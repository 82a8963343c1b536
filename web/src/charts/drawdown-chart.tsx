"use client";

import { useMemo } from "react";
import { drawdowns } from "./drawdown";
import LineChart from "./line-chart";
import { formatPercent } from "@/lib/format";
import type { LineChartProps, ReferenceLine } from "./types";

export interface DrawdownChartProps extends Pick<
  LineChartProps,
  "label" | "x" | "xKind" | "xLabel" | "zone" | "height" | "group" | "handle"
> {
  equity: ArrayLike<number>;
}

const ZERO: readonly ReferenceLine[] = [{ value: 0 }];

/** Losses since the highest equity, drawn below zero. */
export default function DrawdownChart({ equity, ...props }: DrawdownChartProps) {
  const series = useMemo(
    () => [
      {
        name: "Drawdown",
        values: drawdowns(equity).map((share) => (share === 0 ? 0 : -share)),
        colour: "down" as const,
        fill: true,
      },
    ],
    [equity],
  );
  return <LineChart {...props} series={series} references={ZERO} format={shareText} />;
}

function shareText(value: number): string {
  return formatPercent(Math.abs(value), { digits: 1 });
}
