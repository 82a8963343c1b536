"use client";

import { useMemo, useState } from "react";
import { LineChart } from "@/charts/lazy";
import type { LineSeries } from "@/charts/types";
import type { Training } from "@/api/types";
import { profitsOf, sharpesOf } from "@/features/bots/results";
import { formatNumber, formatPercent } from "@/lib/format";
import { Segmented } from "@/ui/choice";
import { Panel } from "@/ui/panel";

type Measure = "profit" | "sharpe";

const MEASURES = [
  { value: "profit", label: "Profit" },
  { value: "sharpe", label: "Sharpe" },
] as const;

const HINTS: Record<Measure, string> = {
  profit:
    "Net of costs, as a share of the starting balance. Out of sample beside buying and holding the same bars.",
  sharpe: "Yearly Sharpe ratio: profit for the risk taken.",
};

const ZERO = [{ value: 0, dashed: true }];
const HEIGHT = 260;

/** Whether a bot becomes better from training to training. */
export function BotScores({ evaluated }: { evaluated: readonly Training[] }) {
  const [measure, setMeasure] = useState<Measure>("profit");
  const scores = useMemo(
    () => (measure === "profit" ? profitsOf(evaluated) : sharpesOf(evaluated)),
    [evaluated, measure],
  );
  const series = useMemo<LineSeries[]>(() => {
    const lines: LineSeries[] = [
      { name: "Out of sample", values: scores.outOfSample },
      { name: "Validation", values: scores.validation },
    ];
    const benchmark = { name: "Buy and hold", values: scores.buyAndHold, colour: "muted" } as const;
    return measure === "profit" ? [...lines, { ...benchmark, dashed: true }] : lines;
  }, [scores, measure]);
  return (
    <Panel
      title="Scores over time"
      hint={HINTS[measure]}
      actions={
        evaluated.length > 1 && (
          <Segmented label="Measure" value={measure} onChange={setMeasure} options={MEASURES} />
        )
      }
    >
      {evaluated.length < 2 ? (
        <p className="text-muted">
          {evaluated.length === 0
            ? "No training has been evaluated yet: the scores come after the first episode."
            : "One training has been evaluated; its numbers stand below. From the second on, a chart shows whether the bot becomes better."}
        </p>
      ) : (
        <LineChart
          label={`${measure === "profit" ? "Profit" : "Sharpe ratio"} of each training of this bot, the oldest first; the table below has the numbers`}
          x={scores.order}
          xLabel="Training"
          series={series}
          references={ZERO}
          height={HEIGHT}
          format={
            measure === "profit"
              ? (value) => formatPercent(value)
              : (value) => formatNumber(value, { digits: 2 })
          }
        />
      )}
    </Panel>
  );
}
