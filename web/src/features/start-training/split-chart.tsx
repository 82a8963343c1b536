import { sparkPath } from "@/charts/sparkline";
import type { Part, Split } from "@/features/start-training/split";

interface SplitChartProps {
  closes: readonly number[];
  split: Split;
  /** What the chart shows, for those who do not see it. */
  label: string;
}

/** Prices with the parts that are not trained on shaded; takes the size of its parent. */
export function SplitChart({ closes, split, label }: SplitChartProps) {
  const { validation, outOfSample, index } = split;
  const at = (bar: number) => (100 * bar) / Math.max(1, closes.length);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox="0 0 100 100"
      preserveAspectRatio="none"
      className="h-full w-full"
    >
      <Shade part={validation} at={at} className="fill-muted/20" />
      <Shade part={{ ...outOfSample, from: index }} at={at} className="fill-accent/20" />
      <svg y={6} height={88} viewBox="0 0 100 100" preserveAspectRatio="none">
        <path
          d={sparkPath(closes)}
          className="stroke-ink"
          fill="none"
          strokeWidth={1.25}
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <line
        x1={at(index)}
        x2={at(index)}
        y1={0}
        y2={100}
        className="stroke-accent"
        strokeDasharray="5 4"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

interface ShadeProps {
  part: Part;
  at: (bar: number) => number;
  className: string;
}

function Shade({ part, at, className }: ShadeProps) {
  return (
    <rect
      x={at(part.from)}
      width={Math.max(0, at(part.to) - at(part.from))}
      y={0}
      height={100}
      className={className}
    />
  );
}
