/** Why something was refused or went wrong: `code` is stable, `msg` is a sentence for a person. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly code: string,
    readonly msg: string,
    readonly field: string | null = null,
    readonly status: number | null = null,
    readonly retryAfterS: number | null = null,
  ) {
    super(msg);
  }

  /** Whether the same may be asked again with another outcome. */
  get isPassing(): boolean {
    return PASSING.has(this.code);
  }
}

/** Nothing answered: the server is away, or the network is. */
export const UNREACHABLE = "unreachable";
/** An answer that is not what the protocol says. */
export const UNREADABLE = "unreadable";

const PASSING = new Set([UNREACHABLE, "unavailable", "rate_limited", "source_unavailable"]);

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new Problem("internal", `The page made a mistake: ${text}`);
}

export function unreachable(): Problem {
  return new Problem(UNREACHABLE, "The server does not answer. It may be starting, or away.");
}
