"use client";

import { useMemo, useState } from "react";
import { LineChart } from "@/charts/lazy";
import type { LineSeries } from "@/charts/types";
import { curvesOf, type Report } from "@/features/evaluations/report";
import { policyName } from "@/features/evaluations/words";
import { formatMoney } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { Switch } from "@/ui/choice";
import { Panel } from "@/ui/panel";

const HEIGHT = 420;

/** Equity over the bars that nothing was learned from: of each algorithm beside what needs no learning. */
export function CurvesPanel({ report }: { report: Report }) {
  const zone = usePreferences((preferences) => preferences.zone);
  const [withBound, setWithBound] = useState(false);
  const x = useMemo(() => report.times.map((at) => Date.parse(at) / 1_000), [report]);
  const series = useMemo<LineSeries[]>(
    () =>
      curvesOf(report)
        .filter(({ kind }) => withBound || kind !== "bound")
        .map(({ name, equities, kind }) => ({
          name: policyName(name),
          values: equities,
          dashed: kind !== "algorithm",
          ...(kind === "bound" && { colour: "muted" as const }),
        })),
    [report, withBound],
  );
  return (
    <Panel
      title="Equity out of sample"
      hint="Costs included. Each algorithm is the account that is split evenly over its seeds."
    >
      <LineChart
        label={`Equity of ${series.map(({ name }) => name).join(", ")} on ${report.symbol}`}
        x={x}
        xKind="time"
        zone={zone}
        series={series}
        references={[{ value: report.balance, dashed: true }]}
        height={HEIGHT}
        scales
        format={formatMoney}
      />
      <Switch
        checked={withBound}
        onChange={setWithBound}
        label="Hindsight beside them"
        hint="What could be made of these prices by whoever knew them beforehand: nobody can reach it."
      />
    </Panel>
  );
}
