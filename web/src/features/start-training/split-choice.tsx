"use client";

import type { Loadable } from "@/api/loadable";
import { PURGE, sizeOf, splitOf, WARM_UP, type Part } from "@/features/start-training/split";
import { SplitChart } from "@/features/start-training/split-chart";
import type { Bars } from "@/features/start-training/use-market";
import { formatDate, formatNumber } from "@/lib/format";
import { parameter } from "@/lib/parameters";
import { usePreferences } from "@/lib/preferences";
import { Field } from "@/ui/field";
import { Slider } from "@/ui/slider";
import { Skeleton } from "@/ui/state";

interface SplitChoiceProps {
  percentage: number;
  onChange: (percentage: number) => void;
  bars: Loadable<Bars>;
  fault?: string;
}

/** How much of the bars is trained on, shown on the bars themselves. */
export function SplitChoice({ percentage, onChange, bars, fault }: SplitChoiceProps) {
  const { label, minimum, maximum } = parameter("TrainingsStart", "train_data_percentage");
  return (
    <div className="flex flex-col gap-2">
      <Field group label={label} aside={`${percentage}%`} fault={fault}>
        <Slider
          value={percentage}
          onChange={onChange}
          minimum={minimum ?? 1}
          maximum={maximum ?? 99}
          text={`${percentage}% of the bars are trained on`}
        />
      </Field>
      <div className="border-line bg-page h-32 overflow-hidden rounded-md border">
        <Preview percentage={percentage} bars={bars} />
      </div>
      <Parts percentage={percentage} times={bars.status === "ready" ? bars.value.date_range : []} />
      <p className="text-muted text-sm">
        The best weights are chosen by validation; out of sample chooses nothing. The first{" "}
        {WARM_UP} bars warm up, and {PURGE} bars between the parts are left out, so that no part
        knows of another.
      </p>
    </div>
  );
}

function Preview({ percentage, bars }: { percentage: number; bars: Loadable<Bars> }) {
  switch (bars.status) {
    case "loading":
      return <Skeleton className="h-full w-full" />;
    case "failed":
      return (
        <p role="status" className="text-muted flex h-full items-center justify-center p-3 text-sm">
          There are no bars to show yet.
        </p>
      );
    case "ready": {
      const { closes, symbol, period } = bars.value;
      const label = `Closing prices of ${symbol}, ${period}: the first ${percentage}% are trained on, the rest is out of sample`;
      return (
        <SplitChart closes={closes} split={splitOf(closes.length, percentage)} label={label} />
      );
    }
  }
}

function Parts({ percentage, times }: { percentage: number; times: readonly string[] }) {
  const { training, validation, outOfSample } = splitOf(times.length, percentage);
  const isKnown = times.length > 0;
  const parts = [
    { name: "Training", part: training, mark: "bg-page" },
    { name: "Validation", part: validation, mark: "bg-muted/30" },
    { name: "Out of sample", part: outOfSample, mark: "bg-accent/30" },
  ];
  return (
    <dl className="grid gap-x-4 gap-y-1 sm:grid-cols-3">
      {parts.map(({ name, part, mark }) => (
        <div key={name} className="flex flex-wrap items-baseline gap-x-2 sm:block">
          <dt className="flex items-center gap-1.5 font-medium">
            <span aria-hidden className={`border-control size-3 rounded-sm border ${mark}`} />
            {name}
          </dt>
          <dd className="text-muted ml-auto text-right text-sm sm:ml-0 sm:min-h-10 sm:text-left lg:min-h-5">
            {isKnown ? <PartText part={part} times={times} /> : "–"}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function PartText({ part, times }: { part: Part; times: readonly string[] }) {
  const zone = usePreferences((preferences) => preferences.zone);
  const count = sizeOf(part);
  if (count <= 0) return "No bars";
  return (
    <>
      <span className="text-ink">{formatNumber(count)} bars</span>{" "}
      <span className="whitespace-nowrap">
        {formatDate(times[part.from], zone)} to {formatDate(times[part.to - 1], zone)}
      </span>
    </>
  );
}
