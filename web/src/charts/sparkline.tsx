import clsx from "clsx";

interface SparklineProps {
  values: ArrayLike<number>;
  /** What it shows, for those who do not see it; absent: numbers beside it say it already. */
  label?: string;
  /** `profit`: coloured by whether it ends above or below where it began. */
  colour?: "profit" | "accent" | "muted";
  className?: string;
}

const WIDTH = 100;
const HEIGHT = 100;

/** The course of a number at a glance; takes the size that `className` gives it. */
export function Sparkline({ values, label, colour = "profit", className }: SparklineProps) {
  const rises = (values[values.length - 1] ?? 0) >= (values[0] ?? 0);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      className={clsx(
        "overflow-visible",
        { profit: rises ? "text-up" : "text-down", accent: "text-accent", muted: "text-muted" }[
          colour
        ],
        className ?? "h-6 w-20",
      )}
    >
      <path
        d={sparkPath(values)}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.5}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

/** The line through the values, stretched to a square of 100 by 100; empty for fewer than two. */
export function sparkPath(values: ArrayLike<number>): string {
  const known = Array.from(values).filter(Number.isFinite);
  if (known.length < 2) return "";
  const step = Math.max(1, Math.floor(known.length / 200));
  const points = known.filter((_, index) => index % step === 0 || index === known.length - 1);
  const least = points.reduce((a, b) => Math.min(a, b));
  const spread = points.reduce((a, b) => Math.max(a, b)) - least;
  return points
    .map((value, index) => {
      const x = (index / (points.length - 1)) * WIDTH;
      const y = spread === 0 ? HEIGHT / 2 : HEIGHT - ((value - least) / spread) * HEIGHT;
      return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
