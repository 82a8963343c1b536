"use client";

import type { TrainingFeed } from "@/api/feeds/training-feed";
import { useFeed } from "@/api/live";
import type { Training } from "@/api/types";

/** The training of a feed that has been read, as every part of its page knows it. */
export function runOf({ run }: TrainingFeed): Training {
  if (run === null) throw new Error("The training is not read yet");
  return run;
}

/** Read one figure of the training, and render again only when it is another one. */
export function useRun<Value>(feed: TrainingFeed, select: (run: Training) => Value): Value {
  return useFeed(feed, (each) => select(runOf(each)));
}
