import { histogramBins } from "./histogram-bins";
import { formatNumber } from "@/lib/format";

interface HistogramProps {
  values: readonly number[];
  /** What is counted, such as "Profits of 214 trades". */
  label: string;
  height: number;
  format?: (value: number) => string;
}

/** How often results of each size came; losses left of zero, gains right of it. */
export function Histogram({ values, label, height, format = formatNumber }: HistogramProps) {
  const bins = histogramBins(values);
  const most = bins.reduce((max, { count }) => Math.max(max, count), 1);
  const width = 100 / Math.max(1, bins.length);
  const first = bins[0]?.from ?? 0;
  const last = bins[bins.length - 1]?.to ?? 0;
  const zero = first < 0 && last > 0 ? (-first / (last - first)) * 100 : null;
  return (
    <figure aria-label={label} style={{ height }} className="flex flex-col text-xs">
      <div className="border-line relative min-h-0 flex-1 border-b">
        <span className="text-muted absolute top-0 left-0">most: {most}</span>
        <svg
          aria-hidden
          viewBox="0 0 100 100"
          preserveAspectRatio="none"
          className="absolute inset-0 h-full w-full pt-5"
        >
          {bins.map(({ from, to, count }, index) => (
            <rect
              key={from}
              x={index * width + width * 0.06}
              width={width * 0.88}
              y={100 - (count / most) * 100}
              height={(count / most) * 100}
              className={to <= 0 ? "fill-down" : "fill-up"}
            >
              <title>{`${format(from)} to ${format(to)}: ${count}`}</title>
            </rect>
          ))}
        </svg>
        {zero !== null && (
          <span
            aria-hidden
            className="border-control absolute inset-y-0 border-l border-dashed"
            style={{ left: `${zero}%` }}
          />
        )}
      </div>
      <div aria-hidden className="text-muted relative flex h-5 justify-between pt-0.5">
        <span>{format(first)}</span>
        {zero !== null && zero > 20 && zero < 80 && (
          <span className="absolute -translate-x-1/2" style={{ left: `${zero}%` }}>
            0
          </span>
        )}
        <span>{format(last)}</span>
      </div>
      <table className="sr-only">
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Count</th>
          </tr>
        </thead>
        <tbody>
          {bins.map(({ from, to, count }) => (
            <tr key={from}>
              <td>{format(from)}</td>
              <td>{format(to)}</td>
              <td>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
