"use client";

import { cellColour } from "./monthly";
import type { YearReturns } from "./monthly";
import { formatPercent } from "@/lib/format";
import { useChartTheme } from "./theme";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Returns in per cent, a row for each year; see `monthlyReturns`. */
export function MonthlyHeatmap({ years, label }: { years: readonly YearReturns[]; label: string }) {
  const theme = useChartTheme();
  const all = years.flatMap(({ months }) => months.map((value) => Math.abs(value ?? 0)));
  const strongest = all.reduce((a, b) => Math.max(a, b), 0);
  const style = (value: number | null) => {
    if (!theme || value === null) return undefined;
    return { background: cellColour(value, strongest, theme) };
  };
  return (
    <div className="overflow-x-auto" role="region" aria-label={label} tabIndex={0}>
      <table className="w-full min-w-[44rem] border-separate border-spacing-px text-right text-xs">
        <caption className="sr-only">{label}</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className="py-1 pr-2 text-left font-medium">
              Year
            </th>
            {MONTHS.map((month) => (
              <th key={month} scope="col" className="px-2 py-1 font-medium">
                {month}
              </th>
            ))}
            <th scope="col" className="px-2 py-1 font-medium">
              Total
            </th>
          </tr>
        </thead>
        <tbody>
          {years.map(({ year, months, total }) => (
            <tr key={year}>
              <th scope="row" className="py-1 pr-2 text-left font-medium">
                {year}
              </th>
              {months.map((value, month) => (
                <td key={month} className="rounded-sm px-2 py-1" style={style(value)}>
                  {value === null ? "" : formatPercent(value, { sign: true, digits: 1 })}
                </td>
              ))}
              <td className="px-2 py-1 font-semibold">
                {formatPercent(total, { sign: true, digits: 1 })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
