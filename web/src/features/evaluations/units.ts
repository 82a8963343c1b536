import type { EvaluationEvent } from "@/api/feeds/evaluation-feed";
import type { Schema } from "@/api/types";
import { medianOf } from "@/features/evaluations/report";

/** One training that is judged, with the number of its event. */
export interface Unit extends Schema<"UnitMessage"> {
  seq: number;
}

/** The trainings that are judged, the newest first, each once. */
export function unitsOf(events: readonly EvaluationEvent[]): Unit[] {
  const found = new Map<string, Unit>();
  for (const event of events) {
    if (event.kind !== "unit") continue;
    const { algorithm, seed, fold } = event.data;
    found.set(`${algorithm}/${seed}/${fold}`, { ...event.data, seq: event.seq });
  }
  return [...found.values()].sort((one, other) => other.seq - one.seq);
}

export interface Standing {
  algorithm: string;
  done: number;
  /** How many there will be. */
  all: number;
  /** Median return over the test parts so far; null before the first. */
  median: number | null;
}

/** How far each algorithm is, in the order of the evaluation. */
export function standingsOf(
  {
    algorithms,
    seeds,
    folds,
  }: Pick<Schema<"EvaluationRunMessage">, "algorithms" | "seeds" | "folds">,
  units: readonly Unit[],
): Standing[] {
  return algorithms.map((algorithm) => {
    const own = units.filter((unit) => unit.algorithm === algorithm);
    const returns = own.flatMap(({ total_return: each }) => (each === null ? [] : [each]));
    return { algorithm, done: own.length, all: seeds * folds, median: medianOf(returns) };
  });
}
