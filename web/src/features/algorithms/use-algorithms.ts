"use client";

import { useGet } from "@/api/hooks";
import { namedAlgorithms, type Algorithm } from "@/features/algorithms/algorithms";

const NAMED = namedAlgorithms();

/** The algorithms that a bot may learn by; without their sentences until these are read. */
export function useAlgorithms(): readonly Algorithm[] {
  const found = useGet("/api/algorithms");
  return found.status === "ready" ? found.value.algorithms : NAMED;
}
