"use client";

import { GitCompareArrows, X } from "lucide-react";
import { clsx } from "clsx";
import { useMemo } from "react";
import { useGet } from "@/api/hooks";
import type { Training } from "@/api/types";
import { LineChart } from "@/charts/lazy";
import { formatNumber, formatPercent } from "@/lib/format";
import { Button } from "@/ui/button";
import { Segmented } from "@/ui/choice";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Select } from "@/ui/select";
import { EmptyState, Ready, Skeleton } from "@/ui/state";
import { useUrlSet, useUrlState } from "@/ui/url-state";
import { MOST_COMPARED, parameterRows, resultRows, type ComparisonRow } from "./comparison";
import { aligned, type EpisodeData, type EpisodeFigure } from "./series";
import { useCompared, type Compared } from "./use-compared";

const HEIGHT = 300;
const SMOOTHING = 0.6;
const zero = [{ value: 0 }];

const figures = [
  { value: "profit", label: "Episode profit" },
  { value: "validationProfit", label: "Validation profit" },
  { value: "validationSharpe", label: "Validation Sharpe" },
  { value: "outOfSampleProfit", label: "Out-of-sample profit" },
] as const satisfies readonly { value: EpisodeFigure; label: string }[];
type Figure = (typeof figures)[number]["value"];

interface ComparePanelProps {
  id: number;
  compared: readonly number[];
}

/** Several trainings beside each other: one chart, what they came to, and where they differ. */
export function ComparePanel({ id, compared }: ComparePanelProps) {
  const [, setCompared] = useUrlSet("compare");
  const ids = useMemo(() => [id, ...compared], [id, compared]);
  const write = (next: readonly number[]) => setCompared(next.map(String));
  return (
    <Panel
      title="Compare"
      hint={`Training ${id} beside others of yours, up to ${MOST_COMPARED} in all`}
    >
      <div className="mb-4 flex flex-wrap items-center gap-2">
        {compared.map((other) => (
          <Button
            key={other}
            size="sm"
            icon={X}
            aria-label={`Take training ${other} out of the comparison`}
            onClick={() => write(compared.filter((each) => each !== other))}
          >
            {`Training ${other}`}
          </Button>
        ))}
        {ids.length < MOST_COMPARED && (
          <Picker ids={ids} onPick={(other) => write([...compared, other])} />
        )}
      </div>
      {compared.length === 0 ? (
        <EmptyState
          icon={GitCompareArrows}
          title="Nothing to compare with yet"
          text="Add another training, and both stand on one chart with their parameters and results."
        />
      ) : (
        <Comparison ids={ids} />
      )}
    </Panel>
  );
}

function Picker({ ids, onPick }: { ids: readonly number[]; onPick: (id: number) => void }) {
  const mine = useGet("/api/trainings", { query: { limit: 200 } });
  const trainings = mine.status === "ready" ? mine.value.trainings : [];
  const options = trainings
    .filter((training) => !ids.includes(training.id))
    .map((training) => ({
      value: String(training.id),
      label: nameOf(training),
    }));
  return (
    <div className="w-64 max-w-full">
      <Select
        label="Add a training to the comparison"
        value=""
        placeholder={options.length > 0 ? "Add a training" : "No other training"}
        disabled={options.length === 0}
        options={options}
        onChange={(value) => onPick(Number(value))}
      />
    </div>
  );
}

function nameOf({ id, bot_name: bot, symbol, period }: Training): string {
  return `${id}: ${bot} on ${symbol}, ${period}`;
}

function Comparison({ ids }: { ids: readonly number[] }) {
  const [word, setWord] = useUrlState("figure", "profit");
  const figure: Figure = figures.find(({ value }) => value === word)?.value ?? "profit";
  const { all, missing } = useCompared(ids);
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Segmented label="Compared figure" value={figure} onChange={setWord} options={figures} />
      {missing.map(({ id, msg }) => (
        <Notice key={id} tone="warn">{`Training ${id}: ${msg}`}</Notice>
      ))}
      <Ready of={all} loading={<Waiting />}>
        {(found) => (
          <div className="flex flex-col gap-4">
            <Overlay compared={found} figure={figure} />
            <ComparisonTable trainings={found.map(({ training }) => training)} />
          </div>
        )}
      </Ready>
    </div>
  );
}

/** As high as the comparison will be: its table has the same rows before anything is in them. */
function Waiting() {
  return (
    <div className="flex flex-col gap-4">
      <div>
        <Skeleton className="mb-1 h-5 w-64 max-w-full" />
        <Skeleton className="h-[300px]" />
      </div>
      <ComparisonTable trainings={[]} />
    </div>
  );
}

function Overlay({ compared, figure }: { compared: readonly Compared[]; figure: Figure }) {
  const isMoney = figure !== "validationSharpe";
  const { x, series } = useMemo(() => {
    const scaled = compared.map(({ training, episodes }) =>
      isMoney ? inShares(episodes, figure, training.starting_balance) : episodes,
    );
    const { x: places, values } = aligned(scaled, figure);
    const lines = compared.map(({ training }, index) => ({
      name: nameOf(training),
      values: values[index] ?? [],
    }));
    return { x: places, series: lines };
  }, [compared, figure, isMoney]);
  const name = figures.find(({ value }) => value === figure)?.label ?? "";
  const unit = isMoney ? " as a share of the starting balance" : "";
  return (
    <div>
      <h3 className="mb-1 text-sm font-medium">{`${name}${unit}, by episode`}</h3>
      <div style={{ height: HEIGHT }}>
        {x.length === 0 ? (
          <EmptyState
            icon={GitCompareArrows}
            title="Nothing to draw yet"
            text="There is a point for each episode that has ended."
          />
        ) : (
          <LineChart
            label={`${name}${unit} of ${series.length} trainings by episode`}
            x={x}
            xLabel="Episode"
            series={series}
            references={zero}
            height={HEIGHT}
            smoothing={SMOOTHING}
            format={(value) =>
              isMoney ? formatPercent(value, { sign: true }) : formatNumber(value, { digits: 2 })
            }
          />
        )}
      </div>
    </div>
  );
}

function inShares(episodes: EpisodeData, figure: Figure, balance: number): EpisodeData {
  return { ...episodes, [figure]: episodes[figure].map((value) => value / balance) };
}

function ComparisonTable({ trainings }: { trainings: readonly Training[] }) {
  return (
    <div
      role="region"
      aria-label="Results and parameters side by side"
      tabIndex={0}
      className="overflow-x-auto -outline-offset-2"
    >
      <table className="w-full text-right text-sm">
        <caption className="sr-only">Results and parameters side by side</caption>
        <thead className="text-xs">
          <tr>
            <td className="min-w-36 py-1.5">&nbsp;</td>
            {trainings.map(({ id }) => (
              <th key={id} scope="col" className="py-1.5 pr-2 pl-4 font-medium whitespace-nowrap">
                Training {id}
              </th>
            ))}
          </tr>
        </thead>
        <Rows title="Results" rows={resultRows(trainings)} columns={trainings.length} />
        <Rows title="Parameters" rows={parameterRows(trainings)} columns={trainings.length} marks />
      </table>
    </div>
  );
}

interface RowsProps {
  title: string;
  rows: readonly ComparisonRow[];
  columns: number;
  /** Mark the rows in which the trainings differ. */
  marks?: boolean;
}

function Rows({ title, rows, columns, marks }: RowsProps) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={columns + 1} className="pt-3 pb-1 text-left font-semibold">
          {title}
        </th>
      </tr>
      {rows.map(({ id, label, texts, differs }) => {
        const isMarked = marks && differs;
        return (
          <tr key={id} className={clsx(isMarked && "bg-accent/8")}>
            <th
              scope="row"
              className="border-line text-muted border-t px-2 py-1.5 text-left font-normal whitespace-nowrap"
            >
              {label}
              {isMarked && <span className="text-accent ml-2 text-xs font-medium">differs</span>}
            </th>
            {texts.map((text, index) => (
              <td
                key={index}
                className={clsx(
                  "border-line border-t py-1.5 pr-2 pl-4 whitespace-nowrap",
                  isMarked && "font-medium",
                )}
              >
                {text}
              </td>
            ))}
          </tr>
        );
      })}
    </tbody>
  );
}
