"use client";

import { useMemo } from "react";
import { MonthlyHeatmap } from "@/charts/heatmap";
import { monthlyReturns, type YearReturns } from "@/charts/monthly";
import { useChartTheme } from "@/charts/theme";
import { csv } from "@/lib/csv";
import { Panel } from "@/ui/panel";
import type { Account } from "./account";
import { monthlyPicture, pngOf } from "./picture";
import { SaveCsv, SavePng } from "./save-button";

const TITLE = "Return of each month";

export function MonthlyPanel({ account, file }: { account: Account; file: string }) {
  const theme = useChartTheme();
  const { x, equity } = account;
  const years = useMemo(() => monthlyReturns(x, equity), [x, equity]);
  return (
    <Panel
      title={TITLE}
      hint="Months in UTC; the first and the last may be parts of one."
      actions={
        theme && (
          <>
            <SavePng
              file={`${file}-months`}
              of="the months"
              draw={() => pngOf(monthlyPicture(TITLE, years, theme), theme)}
            />
            <SaveCsv file={`${file}-months`} of="the months" text={() => monthsCsv(years)} />
          </>
        )
      }
    >
      <MonthlyHeatmap years={years} label={`${TITLE}: table`} />
    </Panel>
  );
}

function monthsCsv(years: readonly YearReturns[]): string {
  const rows = years.flatMap(({ year, months }) =>
    months.flatMap((value, month) => (value === null ? [] : [[year, month + 1, value]])),
  );
  return csv(["year", "month", "return"], rows);
}
