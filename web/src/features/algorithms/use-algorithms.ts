"use client";

import { useGet } from "@/api/hooks";
import {
  namedAlgorithms,
  namedEncoders,
  type Algorithm,
  type Encoder,
} from "@/features/algorithms/algorithms";

const NAMED = { algorithms: namedAlgorithms(), encoders: namedEncoders() };

/** The algorithms that a bot may learn by; without their sentences until these are read. */
export function useAlgorithms(): readonly Algorithm[] {
  return useLearning().algorithms;
}

/** The encoders that its network may read the bars by, likewise. */
export function useEncoders(): readonly Encoder[] {
  return useLearning().encoders;
}

/** Whether what they do is known, or that nobody can say now. */
export function useAreAlgorithmsRead(): boolean {
  return useGet("/api/algorithms").status !== "loading";
}

function useLearning(): typeof NAMED {
  const found = useGet("/api/algorithms");
  return found.status === "ready" ? found.value : NAMED;
}
