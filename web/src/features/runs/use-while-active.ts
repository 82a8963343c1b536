"use client";

import { useState } from "react";
import { useGet } from "@/api/hooks";
import type { Loadable } from "@/api/loadable";
import type { Answer, Asked, PathOf } from "@/api/rest";
import type { RunState } from "@/api/types";
import { isActive } from "@/features/training/states";

const EVERY_MS = 2_000;

/** Read a run again and again until it has ended. */
export function useWhileActive<P extends PathOf<"get">>(
  path: P,
  asked: Pick<Asked<"get", P>, "query" | "path">,
  stateOf: (run: Answer<"get", P>) => RunState,
): Loadable<Answer<"get", P>> {
  const [hasEnded, setHasEnded] = useState(false);
  const run = useGet(path, asked, { everyMs: hasEnded ? undefined : EVERY_MS });
  const ended = run.status === "ready" && !isActive(stateOf(run.value));
  if (run.status === "ready" && ended !== hasEnded) setHasEnded(ended);
  return run;
}
