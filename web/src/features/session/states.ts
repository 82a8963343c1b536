import type { RunState } from "@/api/types";

const ended: ReadonlySet<RunState> = new Set<RunState>(["finished", "stopped", "failed"]);

/** Whether a session may still do something. */
export function isActive(state: RunState): boolean {
  return !ended.has(state);
}

/** What a person can do with a session in this state. */
export function controlsOf(state: RunState): { pause: boolean; resume: boolean; stop: boolean } {
  return {
    pause: isActive(state) && state !== "paused",
    resume: state === "paused",
    stop: isActive(state),
  };
}

/** Say what a state without a running process waits for. */
export function waitingText(state: RunState): string | null {
  switch (state) {
    case "queued":
      return "The session waits for a place. It begins by itself.";
    case "loading":
      return "The session reads its bars. Its first decision comes soon.";
    case "recovering":
      return "The session’s process was lost. It goes on from its journal, and repeats no order.";
    case "paused":
      return "The session is paused: no tool runs and no decision is taken until you resume it.";
    default:
      return null;
  }
}
