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
export class SessionFeed extends RunFeed<Session, SessionEvent> {
  protected readonly topic = "sessions";
  protected readonly kind = "session";
  private readonly statusListeners = new Set<(status: SessionStatus) => void>();

  /** Be given every status as it comes, for what is drawn without a component's rendering. */
  onStatus(listener: (status: SessionStatus) => void): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }

  protected override tookStatus(data: unknown): void {
    const status = data as SessionStatus;
    if (this.run === null) return;
    this.run = { ...this.run, ...status };
    for (const listener of this.statusListeners) listener(status);
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
