import { uuid } from "@/lib/uuid";

import { problemOf, UNREACHABLE, UNREADABLE, type Problem } from "@/api/problem";

/** Nothing is known of what happened, so the same must be sent under the same id. */
const UNDECIDED = new Set([UNREACHABLE, UNREADABLE, "unavailable", "internal"]);

/**
 * Names each try to send something: while it is not known whether it was done, the same content
 * keeps its id and is done once; other content, and a new try after a refusal, get a new one.
 */
export class Attempt {
  private content: string | null = null;
  private id = "";

  constructor(private readonly newId: () => string = uuid) {}

  /** Send something by the id that this content has now. */
  async once<T>(content: unknown, send: (id: string) => Promise<T>): Promise<T> {
    try {
      const answer = await send(this.idFor(content));
      this.settled(null);
      return answer;
    } catch (error) {
      this.settled(problemOf(error));
      throw error;
    }
  }

  private idFor(content: unknown): string {
    const written = JSON.stringify(content);
    if (written !== this.content) {
      this.content = written;
      this.id = this.newId();
    }
    return this.id;
  }

  /** It was done, or refused for good: the next try is another one. */
  private settled(problem: Problem | null): void {
    if (problem === null || !UNDECIDED.has(problem.code)) this.content = null;
  }
}
