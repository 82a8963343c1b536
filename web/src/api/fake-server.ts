import { vi } from "vitest";
import type { Schema } from "@/api/types";

/** A relative address and a signal of jsdom's are not what Node's own Request takes. */
class PageRequest extends Request {
  constructor(input: RequestInfo | URL, init: RequestInit = {}) {
    super(typeof input === "string" ? new URL(input, "http://page.test") : input, {
      ...init,
      signal: null,
    });
  }
}

vi.stubGlobal("Request", PageRequest);

export interface FakeCall {
  /** As "post /api/bots?limit=3". */
  what: string;
  body: unknown;
}

interface FakeAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** The platform's REST as a test wants it, in place of `fetch`. Import it before what asks. */
export class FakeServer {
  readonly calls: FakeCall[] = [];
  private readonly answers = new Map<string, FakeAnswer>();

  constructor() {
    vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
      const request = input instanceof Request ? input : new PageRequest(input, init);
      return this.answer(request);
    });
  }

  /** Answer such calls, as "get /api/bots", from now on; a query counts only where `what` has one. */
  on(what: string, body: unknown, status = 200, headers?: Record<string, string>): this {
    this.answers.set(what, { status, body, headers });
    return this;
  }

  refuses(what: string, status: number, problem: Partial<Schema<"ProblemMessage">>): this {
    return this.on(what, { msg: "no", field: null, correlation_id: "c", ...problem }, status);
  }

  /** The calls that changed something. */
  get changes(): FakeCall[] {
    return this.calls.filter(({ what }) => !what.startsWith("get "));
  }

  private async answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const bare = `${request.method.toLowerCase()} ${pathname}`;
    const text = await request.text();
    this.calls.push({ what: bare + search, body: text === "" ? null : JSON.parse(text) });
    const found = this.answers.get(bare + search) ?? this.answers.get(bare);
    const { status, body, headers } = found ?? {
      status: 404,
      body: { code: "not_found", msg: "nothing here", field: null, correlation_id: "c" },
    };
    return new Response(JSON.stringify(body), {
      status,
      headers: { "Content-Type": "application/json", ...headers },
    });
  }
}

/** The answer to a sign-in. */
export function aSignIn(user: Partial<Schema<"UserMessage">> = {}): Schema<"SignedInMessage"> {
  return {
    access_token: "t",
    token_type: "bearer",
    expires_at: "2099-01-01T00:00:00Z",
    refresh_token: null,
    user: { id: 7, email: "ada@example.com", is_admin: false, ...user },
  };
}
