import type { TrainingStatus } from "@/api/types";
import { NamedSeries, type NamedData } from "./named-series";
import type { Episode } from "./parts";

/**
 * What the episodes of a training came to.
 *
 * An event that sums several episodes stands at the last of them, whose figures it tells.
 */
export function episodeSeries() {
  return new NamedSeries((episode: Episode) => episode.episode, {
    profit: ({ profit }) => profit,
    rewards: ({ rewards }) => rewards,
    loss: ({ loss }) => loss ?? null,
    epsilon: ({ epsilon }) => epsilon,
    trades: ({ trades }) => trades,
    validationProfit: ({ validation }) => validation?.profit ?? null,
    validationSharpe: ({ validation }) => validation?.sharpe ?? null,
    outOfSampleProfit: ({ out_of_sample: outOfSample }) => outOfSample?.profit ?? null,
    outOfSampleSharpe: ({ out_of_sample: outOfSample }) => outOfSample?.sharpe ?? null,
  });
}

export interface Heard {
  status: TrainingStatus;
  atMs: number;
}

/** The live figures of a training, over the time at which they were heard. */
export function figureSeries() {
  return new NamedSeries(({ atMs }: Heard) => atMs / 1000, {
    speed: ({ status }) => status.steps_per_second,
    balance: ({ status }) => status.balance,
    loss: ({ status }) => status.loss,
    epsilon: ({ status }) => status.epsilon,
  });
}

export type EpisodeSeries = ReturnType<typeof episodeSeries>;
export type FigureSeries = ReturnType<typeof figureSeries>;
export type EpisodeData = EpisodeSeries["data"];
export type FigureData = FigureSeries["data"];
export type EpisodeFigure = keyof Omit<EpisodeData, "x">;

/** One figure of several trainings at the same places; each is drawn straight between its own. */
export function aligned(
  all: readonly NamedData<EpisodeFigure>[],
  figure: EpisodeFigure,
): { x: number[]; values: number[][] } {
  const x = [...new Set(all.flatMap((data) => data.x))].sort((one, other) => one - other);
  return { x, values: all.map((data) => between(data.x, data[figure], x)) };
}

function between(places: readonly number[], values: readonly number[], wanted: readonly number[]) {
  const known = places.flatMap((x, row) => {
    const y = values[row] ?? NaN;
    return Number.isNaN(y) ? [] : [{ x, y }];
  });
  let row = 0;
  return wanted.map((x) => {
    while (row < known.length && (known[row]?.x ?? 0) < x) row += 1;
    const after = known[row];
    if (after === undefined) return NaN;
    if (after.x === x) return after.y;
    const before = known[row - 1];
    if (before === undefined) return NaN;
    return before.y + ((after.y - before.y) * (x - before.x)) / (after.x - before.x);
  });
}
