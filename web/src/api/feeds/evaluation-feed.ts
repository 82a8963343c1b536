import type { RunEvent } from "@/api/feeds/event-list";
import { RunFeed } from "@/api/feeds/run-feed";
import type { Schema } from "@/api/types";

type Evaluation = Schema<"EvaluationRunMessage">;
type EvaluationStatus = Schema<"EvaluationStatusMessage">;

export type EvaluationEvent =
  | RunEvent<"state", Schema<"StateMessage">>
  | RunEvent<"unit", Schema<"UnitMessage">>
  | RunEvent<"error", Schema<"ErrorMessage">>;

/** An evaluation as it happens. */
export class EvaluationFeed extends RunFeed<Evaluation, EvaluationStatus, EvaluationEvent> {
  protected readonly topic = "evaluations";
  protected readonly kind = "evaluation";

  protected override tookStatus(run: Evaluation, status: EvaluationStatus): void {
    this.run = { ...run, ...status };
  }

  protected override tookEvent(event: EvaluationEvent): void {
    if (event.kind !== "state" || this.run === null) return;
    this.run = { ...this.run, state: event.data.state, reason: event.data.reason ?? null };
  }
}
