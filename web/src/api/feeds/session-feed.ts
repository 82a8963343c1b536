import type { RunEvent } from "@/api/feeds/event-list";
import { RunFeed } from "@/api/feeds/run-feed";
import type { Schema, Session, SessionStatus } from "@/api/types";

export type SessionEvent =
  | RunEvent<"state", Schema<"StateMessage">>
  | RunEvent<"step", Schema<"StepMessage">>
  | RunEvent<"thought", Schema<"ThoughtMessage">>
  | RunEvent<"tool", Schema<"ToolMessage">>
  | RunEvent<"result", Schema<"ResultMessage">>
  | RunEvent<"fill", Schema<"FillMessage">>
  | RunEvent<"log", Schema<"LogMessage">>
  | RunEvent<"error", Schema<"ErrorMessage">>;

/** A session as it happens. */
export class SessionFeed extends RunFeed<Session, SessionStatus, SessionEvent> {
  protected readonly topic = "sessions";
  protected readonly kind = "session";

  protected override tookStatus(run: Session, status: SessionStatus): void {
    this.run = { ...run, ...status };
  }

  protected override tookEvent(event: SessionEvent): void {
    if (event.kind !== "state" || this.run === null) return;
    this.run = { ...this.run, state: event.data.state, reason: event.data.reason ?? null };
  }

  protected override joined(before: Session, now: Session): Session {
    if (now.cursor >= before.cursor) return now;
    return { ...now, state: before.state, reason: before.reason, cursor: before.cursor };
  }
}
