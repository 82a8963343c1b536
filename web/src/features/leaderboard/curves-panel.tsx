"use client";

import { ChartSpline } from "lucide-react";
import { useMemo, useState } from "react";
import { LineChart } from "@/charts/lazy";
import { formatPercent } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { EmptyState, Skeleton } from "@/ui/state";
import { MOST_SHOWN, type Score } from "./board";
import { overlaid, type ShownAccount } from "./curves";
import { useWide } from "./use-wide";
import { useShown } from "./use-shown";

const HEIGHT = 340;
/** The names stand below each other. */
const NARROW_HEIGHT = 480;
const zero = [{ value: 0 }];

interface CurvesPanelProps {
  topics: readonly string[];
  scores: readonly Score[];
  onClear: () => void;
}

/** The chosen accounts over time, each beside its benchmark. */
export function CurvesPanel({ topics, scores, onClear }: CurvesPanelProps) {
  const height = useWide() ? HEIGHT : NARROW_HEIGHT;
  const { accounts: read, isLoading, missing } = useShown(topics, scores);
  const accounts = useWhole(read, isLoading);
  return (
    <Panel
      title="Return over time"
      hint={`Tick up to ${MOST_SHOWN} lines below. Dashed is the benchmark of the same symbols over the same time.`}
      actions={
        topics.length > 0 && (
          <Button size="sm" variant="ghost" onClick={onClear}>
            Clear the chart
          </Button>
        )
      }
    >
      {missing.map(({ topic, msg }) => (
        <div key={topic} className="mb-2">
          <Notice tone="warn">{`${topic}: ${msg}`}</Notice>
        </div>
      ))}
      <div style={{ minHeight: height }}>
        {isLoading && accounts.length === 0 ? (
          <Skeleton className="h-85" />
        ) : accounts.length === 0 ? (
          <EmptyState
            icon={ChartSpline}
            title="No line is chosen"
            text="Tick a line of the table, and its curve is drawn here."
          />
        ) : (
          <Overlay accounts={accounts} height={height} />
        )}
      </div>
    </Panel>
  );
}

/** The curves of before stay until all that were chosen are here, so that the chart changes once. */
function useWhole(read: readonly ShownAccount[], isLoading: boolean): readonly ShownAccount[] {
  const [whole, setWhole] = useState(read);
  if (!isLoading && whole !== read) setWhole(read);
  return isLoading ? whole : read;
}

function Overlay({ accounts, height }: { accounts: readonly ShownAccount[]; height: number }) {
  const zone = usePreferences((preferences) => preferences.zone);
  const { x, series } = useMemo(() => overlaid(accounts), [accounts]);
  return (
    <LineChart
      label={`Return over time of ${accounts.map(({ score }) => score.name).join(", ")}, each beside its benchmark; the table below has the numbers`}
      x={x}
      xKind="time"
      zone={zone}
      series={series}
      references={zero}
      height={height}
      format={shareText}
    />
  );
}

function shareText(value: number): string {
  return formatPercent(value, { sign: true, digits: 1 });
}
