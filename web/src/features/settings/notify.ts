import type { RunState } from "@/api/types";

/** A run of mine, as far as its end is told. */
export interface EndingRun {
  kind: "training" | "session";
  id: number;
  /** Of the bot or the agent. */
  name: string;
  state: RunState;
  /** In money; null where it does not count. */
  profit: number | null;
}

export interface Ending {
  /** Names the run, so that no end is told twice. */
  tag: string;
  title: string;
  body: string;
  href: string;
}

const ENDED = new Set<RunState>(["finished", "stopped", "failed"]);

export function keyOf({ kind, id }: Pick<EndingRun, "kind" | "id">): string {
  return `${kind}/${id}`;
}

/** Return which of the runs that were active before have ended since. */
export function endings(
  active: ReadonlySet<string>,
  now: readonly EndingRun[],
  money: (value: number) => string,
): Ending[] {
  return now
    .filter((run) => active.has(keyOf(run)) && ENDED.has(run.state))
    .map((run) => ({
      tag: keyOf(run),
      title: `${run.kind === "training" ? "Training" : "Session"} ${run.id} of ${run.name} has ${outcome(run.state)}`,
      body: run.profit === null || run.state === "failed" ? "" : `Profit ${money(run.profit)}`,
      href: `/${run.kind}?id=${run.id}`,
    }));
}

function outcome(state: RunState): string {
  if (state === "finished") return "finished";
  return state === "stopped" ? "been stopped" : "failed";
}

/** The runs that have not ended, to be compared with later. */
export function activeOf(runs: readonly EndingRun[]): Set<string> {
  return new Set(runs.filter(({ state }) => !ENDED.has(state)).map(keyOf));
}
