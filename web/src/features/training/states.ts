import type { RunState } from "@/api/types";
import { stateWord } from "@/ui/badge";

const activeStates: readonly RunState[] = ["queued", "loading", "running", "paused", "recovering"];
const endedStates: readonly RunState[] = ["finished", "stopped", "failed"];
const groups: Record<string, readonly RunState[]> = { active: activeStates, ended: endedStates };

/** Whether it takes commands: it has not finished, stopped or failed. */
export function isActive(state: RunState): boolean {
  return activeStates.includes(state);
}

/** What a list of runs can be cut down to; the words stand in the address. */
export const stateChoices = [
  { value: "", label: "Every state" },
  { value: "active", label: "Active" },
  { value: "ended", label: "Ended" },
  ...[...activeStates, ...endedStates].map((state) => ({ value: state, label: stateWord(state) })),
];

/** The states that a word of the address means; none: any. */
export function statesOf(word: string): readonly RunState[] {
  return groups[word] ?? [...activeStates, ...endedStates].filter((state) => state === word);
}
