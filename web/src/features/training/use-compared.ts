"use client";

import { useQueries } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Loadable } from "@/api/loadable";
import { problemOf } from "@/api/problem";
import { get } from "@/api/rest";
import type { Training } from "@/api/types";
import { EpisodeReader } from "./episode-reader";
import { historyOf } from "./hooks";
import type { EpisodeData } from "./series";
import { isActive } from "./states";

const EVERY_MS = 5_000;

export interface Compared {
  training: Training;
  episodes: EpisodeData;
}

interface AllCompared {
  all: Loadable<readonly Compared[]>;
  /** Those that cannot be read, each with why. */
  missing: { id: number; msg: string }[];
}

/** Several trainings with their episodes, read again while they go on. */
export function useCompared(ids: readonly number[]): AllCompared {
  const [readers] = useState(() => new Map<number, EpisodeReader>());
  const results = useQueries({
    queries: ids.map((id) => ({
      queryKey: ["compared", id],
      queryFn: async (): Promise<Compared> => {
        const reader = readers.get(id) ?? new EpisodeReader(historyOf(id).episodes);
        readers.set(id, reader);
        const path = { training_id: id };
        const training = await get("/api/trainings/{training_id}", { path });
        return { training, episodes: await reader.read() };
      },
      refetchInterval: ({ state }: { state: { data?: Compared } }) =>
        state.data && !isActive(state.data.training.state) ? false : EVERY_MS,
      networkMode: "always" as const,
    })),
    combine: (read) => ({
      found: read.flatMap(({ data }) => (data === undefined ? [] : [data])),
      failed: read.map(({ data, error }) => (data === undefined ? error : null)),
      isLoading: read.some(({ isLoading }) => isLoading),
    }),
  });
  const { found, failed, isLoading } = results;
  return useMemo(() => {
    const missing = failed.flatMap((error, index) =>
      error === null ? [] : [{ id: ids[index] ?? 0, msg: problemOf(error).msg }],
    );
    const all: Loadable<readonly Compared[]> = isLoading
      ? { status: "loading" }
      : { status: "ready", value: found, at: 0 };
    return { all, missing };
  }, [found, failed, isLoading, ids]);
}
