import type { Bot, Schema, Training } from "@/api/types";

type Evaluation = Schema<"EvaluationMessage">;

/** The training that a bot is in now, or null. */
export function activeTraining(bot: Bot): number | null {
  return bot.training_id ?? null;
}

/** The trainings of this bot, newest first; a deleted bot of the same name had those before it. */
export function ownTrainings(bot: Bot, trainings: readonly Training[]): Training[] {
  return trainings.filter(
    (training) =>
      training.bot_name === bot.name &&
      Date.parse(training.created_at) >= Date.parse(bot.created_at),
  );
}

/** The newest training of each bot that has been evaluated, by the bot's name. */
export function lastResults(
  bots: readonly Bot[],
  trainings: readonly Training[],
): ReadonlyMap<string, Training> {
  const evaluated = trainings.filter((training) => training.out_of_sample !== null);
  const found = bots.flatMap((bot) => {
    const [newest] = ownTrainings(bot, evaluated);
    return newest === undefined ? [] : [[bot.name, newest] as const];
  });
  return new Map(found);
}

/** A profit as a share of what the training began with; null where there is none. */
export function shareOf(training: Training, profit: number | null | undefined): number | null {
  if (profit === null || profit === undefined) return null;
  return profit / training.starting_balance;
}

export interface Scores {
  /** Which evaluated training of the bot it was: 1 is the first. */
  order: number[];
  validation: (number | null)[];
  outOfSample: (number | null)[];
  buyAndHold: (number | null)[];
}

/** The evaluated trainings, oldest first. */
export function evaluatedOf(trainings: readonly Training[]): Training[] {
  return trainings.filter(({ out_of_sample: result }) => result !== null).toReversed();
}

/** How the best weights of one training after the other did, as shares of the starting balance. */
export function profitsOf(evaluated: readonly Training[]): Scores {
  return scoresOf(evaluated, (training, evaluation) => shareOf(training, evaluation?.profit), true);
}

/** Their yearly Sharpe ratios. */
export function sharpesOf(evaluated: readonly Training[]): Scores {
  return scoresOf(evaluated, (_, evaluation) => evaluation?.sharpe ?? null, false);
}

function scoresOf(
  evaluated: readonly Training[],
  score: (training: Training, evaluation: Evaluation | null) => number | null,
  withBenchmark: boolean,
): Scores {
  const benchmark = (training: Training) =>
    withBenchmark ? shareOf(training, training.out_of_sample?.buy_and_hold) : null;
  return {
    order: evaluated.map((_, index) => index + 1),
    validation: evaluated.map((training) => score(training, training.validation)),
    outOfSample: evaluated.map((training) => score(training, training.out_of_sample)),
    buyAndHold: evaluated.map(benchmark),
  };
}

/** Bots whose names have all that was typed. */
export function searched(bots: readonly Bot[], search: string): Bot[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return bots.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
}
