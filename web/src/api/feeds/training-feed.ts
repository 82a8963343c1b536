import type { Connection } from "@/api/connection";
import { RunFeed, type Backend, type FeedOptions } from "@/api/feeds/run-feed";
import type { RunEvent } from "@/api/feeds/event-list";
import { problemOf, type Problem } from "@/api/problem";
import type { Schema, Training, TrainingStatus } from "@/api/types";

export type TrainingEvent =
  | RunEvent<"state", Schema<"StateMessage">>
  | RunEvent<"params", Schema<"ParamsMessage">>
  | RunEvent<"episode", Schema<"EpisodeMessage">>
  | RunEvent<"trade", Schema<"TradeMessage">>
  | RunEvent<"log", Schema<"LogMessage">>
  | RunEvent<"error", Schema<"ErrorMessage">>;

export type Load = Schema<"LoadMessage">;

export interface TrainingBackend extends Backend<Training> {
  load: (id: number) => Promise<Load>;
}

/** A training as it happens. `load` comes once its bars are there. */
export class TrainingFeed extends RunFeed<Training, TrainingStatus, TrainingEvent> {
  load: Load | null = null;
  loadProblem: Problem | null = null;
  protected readonly topic = "trainings";
  protected readonly kind = "training";
  private isLoading = false;

  constructor(
    id: number,
    private readonly source: TrainingBackend,
    connection: Connection,
    options?: FeedOptions,
  ) {
    super(id, source, connection, options);
  }

  protected override opened(): void {
    void this.readLoad();
  }

  protected override tookStatus(run: Training, status: TrainingStatus): void {
    this.run = { ...run, ...status };
    if (this.load === null) void this.readLoad();
  }

  protected override tookEvent(event: TrainingEvent): void {
    if (this.run === null) return;
    if (event.kind === "state") {
      this.run = { ...this.run, state: event.data.state, reason: event.data.reason ?? null };
    } else if (event.kind === "params") {
      this.run = { ...this.run, ...event.data.changed };
    }
  }

  protected override joined(before: Training, now: Training): Training {
    return now.cursor >= before.cursor ? now : { ...now, ...statusOf(before) };
  }

  /** Bars are there once the training has been loaded; before, it is asked again with each status. */
  private async readLoad(): Promise<void> {
    if (this.isLoading || this.run?.state === "queued") return;
    this.isLoading = true;
    try {
      this.load = await this.source.load(this.id);
      this.loadProblem = null;
    } catch (error) {
      this.loadProblem = problemOf(error);
    } finally {
      this.isLoading = false;
    }
    this.changed();
  }
}

function statusOf({ cursor, state, reason }: Training): Partial<Training> {
  return { cursor, state, reason };
}
