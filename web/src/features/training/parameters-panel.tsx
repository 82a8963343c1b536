"use client";

import type { TrainingFeed } from "@/api/feeds/training-feed";
import { unusedHint, type Algorithm } from "@/features/algorithms/algorithms";
import { useAlgorithms } from "@/features/algorithms/use-algorithms";
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
  const algorithm = useRun(feed, (run) => run.algorithm);
  const text = useRun(feed, (run) => parameterText(name, run[name]));
  return (
    <div className="border-line flex items-baseline justify-between gap-4 border-b py-1.5">
      <dt className="min-w-0">
        {parameterLabel(name)}
        <span className="text-muted block text-xs">{meaningOf(name, algorithm, algorithms)}</span>
      </dt>
      <dd className="max-w-1/2 shrink-0 text-right font-medium wrap-anywhere">{text}</dd>
    </div>
  );
}

/** What a parameter means to the algorithm that the training learns by. */
function meaningOf(
  name: TrainingParameter,
  algorithm: string,
  algorithms: readonly Algorithm[],
): string {
  const sentence = algorithms.find((each) => each.name === algorithm)?.sentence;
  if (name === "algorithm" && sentence) return sentence;
  return unusedHint(algorithms, algorithm, name) ?? parameterMeaning(name);
}
