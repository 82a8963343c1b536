import { formatNumber } from "@/lib/format";

export interface Bar {
  name: string;
  value: number;
}

interface BarChartProps {
  bars: readonly Bar[];
  label: string;
  /** What the names are, such as "Symbol". */
  nameLabel: string;
  /** What the values are, such as "Profit". */
  valueLabel: string;
  format?: (value: number) => string;
}

/** A bar for each name, losses to the left of zero and gains to the right. */
export function BarChart({
  bars,
  label,
  nameLabel,
  valueLabel,
  format = formatNumber,
}: BarChartProps) {
  const least = bars.reduce((a, { value }) => Math.min(a, value), 0);
  const greatest = bars.reduce((a, { value }) => Math.max(a, value), 0);
  const spread = greatest - least || 1;
  const place = (value: number) => ((value - least) / spread) * 100;
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">{label}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">{nameLabel}</th>
          <td />
          <th scope="col">{valueLabel}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map(({ name, value }) => (
          <tr key={name}>
            <th scope="row" className="text-muted py-1 pr-3 text-left font-normal break-words">
              {name}
            </th>
            <td aria-hidden className="w-full py-1">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" className="block h-3 w-full">
                <rect
                  x={Math.min(place(0), place(value))}
                  width={Math.abs(place(value) - place(0))}
                  height={10}
                  className={value < 0 ? "fill-down" : "fill-up"}
                />
                <line
                  x1={place(0)}
                  x2={place(0)}
                  y1={0}
                  y2={10}
                  className="stroke-control"
                  vectorEffect="non-scaling-stroke"
                />
              </svg>
            </td>
            <td className="py-1 pl-3 text-right whitespace-nowrap">{format(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
