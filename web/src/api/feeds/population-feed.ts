import type { RunEvent } from "@/api/feeds/event-list";
import { RunFeed } from "@/api/feeds/run-feed";
import type { RunState, Schema } from "@/api/types";

type Population = Schema<"PopulationMessage">;
type PopulationStatus = Schema<"PopulationStatusMessage">;

export type PopulationEvent =
  | RunEvent<"state", Schema<"StateMessage">>
  | RunEvent<"step", Schema<"StepTakenMessage">>
  | RunEvent<"search", Schema<"SearchMessage">>
  | RunEvent<"error", Schema<"ErrorMessage">>;

const ENDED: readonly RunState[] = ["finished", "stopped", "failed"];

/** A population as it happens: its members conflated, and each step of its search. */
export class PopulationFeed extends RunFeed<Population, PopulationStatus, PopulationEvent> {
  protected readonly topic = "populations";
  protected readonly kind = "population";

  protected override tookStatus(run: Population, status: PopulationStatus): void {
    this.run = counted({ ...run, ...status });
  }

  protected override tookEvent(event: PopulationEvent): void {
    if (this.run === null) return;
    if (event.kind === "step") {
      const steps = Math.max(this.run.steps_taken, event.data.number);
      this.run = counted({ ...this.run, steps_taken: steps });
    } else if (event.kind === "search") {
      this.run = told(this.run, event.data);
    }
  }
}

/** With what a status leaves out, because it follows from the rest. */
function counted(run: Population): Population {
  const active = run.members.filter(({ state }) => !ENDED.includes(state)).length;
  return { ...run, active_count: active, trials: run.member_count + run.steps_taken };
}

function told(run: Population, { searching, members = [], mark }: Schema<"SearchMessage">) {
  return {
    ...run,
    searching: searching ?? run.searching,
    members: run.members.map((each) =>
      mark && members.includes(each.member) ? { ...each, mark } : each,
    ),
  };
}
