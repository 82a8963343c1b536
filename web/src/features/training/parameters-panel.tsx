"use client";

import type { TrainingFeed } from "@/api/feeds/training-feed";
import { unusedHint, type Algorithm, type Encoder } from "@/features/algorithms/algorithms";
import { useAlgorithms, useEncoders } from "@/features/algorithms/use-algorithms";
import { Panel } from "@/ui/panel";
import {
  parameterLabel,
  parameterMeaning,
  parameterNames,
  parameterText,
  type TrainingParameter,
} from "./parameter-words";
import { useRun } from "./use-run";

/** All that the training was started with, as it holds now. */
export function ParametersPanel({ feed }: { feed: TrainingFeed }) {
  return (
    <Panel title="Parameters" hint="As they hold now">
      <dl className="grid grid-cols-1 gap-x-10 text-sm md:grid-cols-2 xl:grid-cols-3">
        {parameterNames.map((name) => (
          <Row key={name} feed={feed} name={name} />
        ))}
      </dl>
    </Panel>
  );
}

function Row({ feed, name }: { feed: TrainingFeed; name: TrainingParameter }) {
  const algorithms = useAlgorithms();
  const encoders = useEncoders();
  const algorithm = useRun(feed, (run) => run.algorithm);
  const encoder = useRun(feed, (run) => run.encoder);
  const text = useRun(feed, (run) => parameterText(name, run[name]));
  return (
    <div className="border-line flex items-baseline justify-between gap-4 border-b py-1.5">
      <dt className="min-w-0">
        {parameterLabel(name)}
        <span className="text-muted block text-xs">
          {unusedHint(algorithms, algorithm, name) ??
            sentenceOf(name, { algorithm, encoder }, { algorithms, encoders }) ??
            parameterMeaning(name)}
        </span>
      </dt>
      <dd className="max-w-1/2 shrink-0 text-right font-medium wrap-anywhere">{text}</dd>
    </div>
  );
}

/** What the chosen algorithm or encoder does, once that is read. */
function sentenceOf(
  name: TrainingParameter,
  chosen: { algorithm: string; encoder: string },
  known: { algorithms: readonly Algorithm[]; encoders: readonly Encoder[] },
): string | undefined {
  if (name !== "algorithm" && name !== "encoder") return undefined;
  const all = name === "algorithm" ? known.algorithms : known.encoders;
  return all.find((each) => each.name === chosen[name])?.sentence || undefined;
}
