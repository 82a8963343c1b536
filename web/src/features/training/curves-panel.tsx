"use client";

import { LineChart as LineIcon } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { LineChart } from "@/charts/lazy";
import type { LineSeries, ReferenceLine } from "@/charts/types";
import { formatMoney, formatNumber, formatPercent } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { Panel } from "@/ui/panel";
import { EmptyState } from "@/ui/state";
import { Tabs } from "@/ui/tabs";
import { useUrlState } from "@/ui/url-state";
import { useSlowly } from "./hooks";
import type { EpisodeFigure, FigureData } from "./series";
import type { TrainingHistory } from "./training-history";

const CHART_MS = 500;
const HEIGHT = 340;
const SMOOTHING = 0.6;
const zero: readonly ReferenceLine[] = [{ value: 0 }];

/** How learning goes: over the episodes, and over time. */
export function CurvesPanel({ history }: { history: TrainingHistory }) {
  const [tab, setTab] = useUrlState("curves", "profit");
  return (
    <Panel title="Learning">
      <Tabs
        label="Curves"
        value={tab}
        onChange={setTab}
        tabs={[
          { id: "profit", label: "Profit and Sharpe", content: <Profit history={history} /> },
          { id: "learning", label: "Reward, loss, ε", content: <Learning history={history} /> },
          { id: "speed", label: "Speed and balance", content: <Speed history={history} /> },
        ]}
      />
    </Panel>
  );
}

function Profit({ history }: { history: TrainingHistory }) {
  return (
    <Grid>
      <EpisodeCurve
        history={history}
        title="Profit of each episode"
        format={formatMoney}
        lines={[
          ["profit", "Training"],
          ["validationProfit", "Validation"],
          ["outOfSampleProfit", "Out of sample"],
        ]}
      />
      <EpisodeCurve
        history={history}
        title="Sharpe ratio after each episode"
        lines={[
          ["validationSharpe", "Validation"],
          ["outOfSampleSharpe", "Out of sample"],
        ]}
      />
    </Grid>
  );
}

function Learning({ history }: { history: TrainingHistory }) {
  return (
    <Grid>
      <EpisodeCurve
        history={history}
        title="Sum of rewards of each episode"
        lines={[["rewards", "Reward"]]}
      />
      <EpisodeCurve history={history} title="Loss" lines={[["loss", "Loss"]]} />
      <EpisodeCurve
        history={history}
        title="Exploration ε"
        format={formatPercent}
        lines={[["epsilon", "Random actions"]]}
      />
    </Grid>
  );
}

function Speed({ history }: { history: TrainingHistory }) {
  return (
    <Grid>
      <TimeCurve history={history} title="Steps a second" figure="speed" />
      <TimeCurve history={history} title="Balance" figure="balance" format={formatMoney} />
    </Grid>
  );
}

function Grid({ children }: { children: ReactNode }) {
  return <div className="grid min-w-0 grid-cols-1 gap-x-6 gap-y-4 lg:grid-cols-2">{children}</div>;
}

function Curve({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1 text-sm font-medium">
        {title} {hint && <span className="text-muted font-normal">{hint}</span>}
      </h3>
      <div style={{ height: HEIGHT }}>{children}</div>
    </div>
  );
}

interface EpisodeCurveProps {
  history: TrainingHistory;
  title: string;
  lines: readonly (readonly [figure: EpisodeFigure, name: string])[];
  format?: (value: number) => string;
}

function EpisodeCurve({ history, title, lines, format = formatNumber }: EpisodeCurveProps) {
  const data = useSlowly(history, ({ episodes }) => episodes.data, CHART_MS);
  const isRead = useSlowly(history, (each) => each.isRead, CHART_MS);
  const series = lines.map(([figure, name]): LineSeries => ({ name, values: data[figure] }));
  if (data.x.length === 0) {
    return (
      <Curve title={title}>
        {isRead && <None text="There is a point for each episode that has ended." />}
      </Curve>
    );
  }
  return (
    <Curve title={title}>
      <LineChart
        label={`${title}, over ${data.x.length} points`}
        x={data.x}
        xLabel="Episode"
        series={series}
        references={zero}
        height={HEIGHT}
        group={`training-${history.id}`}
        smoothing={SMOOTHING}
        scales
        format={(value) => format(value)}
      />
    </Curve>
  );
}

interface TimeCurveProps {
  history: TrainingHistory;
  title: string;
  figure: Exclude<keyof FigureData, "x">;
  format?: (value: number) => string;
}

function TimeCurve({ history, title, figure, format = formatNumber }: TimeCurveProps) {
  const zone = usePreferences((preferences) => preferences.zone);
  const data = useSlowly(history, ({ figures }) => figures.data, CHART_MS);
  const series = useMemo(() => [{ name: title, values: data[figure] }], [title, data, figure]);
  return (
    <Curve title={title} hint="since this page was opened">
      {data.x.length < 2 ? (
        <None text="It is drawn while the training runs and this page is open." />
      ) : (
        <LineChart
          label={`${title} since this page was opened`}
          x={data.x}
          xKind="time"
          zone={zone}
          series={series}
          height={HEIGHT}
          smoothing={0}
          scales
          format={(value) => format(value)}
        />
      )}
    </Curve>
  );
}

function None({ text }: { text: string }) {
  return <EmptyState icon={LineIcon} title="Nothing to draw yet" text={text} />;
}
