"use client";

import dynamic from "next/dynamic";
import type { DrawdownChartProps } from "./drawdown-chart";
import type { LineChartProps, PriceChartProps } from "./types";

/* Charts whose code comes when they are first shown; a skeleton of their height stands there until then. */

const Price = dynamic(() => import("./price-chart"), { ssr: false, loading: Skeleton });
const Line = dynamic(() => import("./line-chart"), { ssr: false, loading: Skeleton });
const Drawdown = dynamic(() => import("./drawdown-chart"), { ssr: false, loading: Skeleton });

export function PriceChart(props: PriceChartProps) {
  return (
    <Frame height={props.height}>
      <Price {...props} />
    </Frame>
  );
}

export function LineChart(props: LineChartProps) {
  return (
    <Frame height={props.height}>
      <Line {...props} />
    </Frame>
  );
}

export function DrawdownChart(props: DrawdownChartProps) {
  return (
    <Frame height={props.height}>
      <Drawdown {...props} />
    </Frame>
  );
}

function Frame({ height, children }: { height: number; children: React.ReactNode }) {
  return <div style={{ height }}>{children}</div>;
}

function Skeleton() {
  return (
    <div aria-busy="true" className="h-full">
      <div aria-hidden className="bg-raised h-full rounded-md motion-safe:animate-pulse" />
    </div>
  );
}
