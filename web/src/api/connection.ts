import { problemOf, Problem, UNREACHABLE } from "@/api/problem";
import { parse, parseQueryAnswer } from "@/api/schema";
import type { Schema } from "@/api/types";

export type Frame = Schema<"Response">;

export type ConnectionState =
  | { state: "idle" | "connecting" | "open"; since: number }
  | { state: "lost"; since: number; problem: Problem };

/** What a connection needs of a WebSocket. */
export interface SocketLike {
  send(text: string): void;
  close(code?: number): void;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
}

export interface Surroundings {
  /** Open a socket that offers these subprotocols. */
  open: (protocols: string[]) => SocketLike;
  /** A ticket for one socket; null: nobody is signed in. */
  ticket: () => Promise<string | null>;
  now: () => number;
  /** Call after so many milliseconds; returns what prevents it. */
  later: (act: () => void, ms: number) => () => void;
  id: () => string;
}

/** One who follows a run, whatever connection its frames come by. */
export interface Follower {
  topic: "trainings" | "populations" | "sessions" | "evaluations";
  runId: number;
  rateHz: number | null;
  /** The last numbered event that it has; null: begin with a snapshot. */
  cursor: () => number | null;
  onFrame: (frame: Frame) => void;
  /** The stream is over: with the run as it ended, or with why it cannot be followed. */
  onEnd: (last: Record<string, unknown> | Problem) => void;
}

interface Waiting {
  query: string;
  text: string;
  resolve: (data: unknown) => void;
  reject: (problem: Problem) => void;
  cancel: () => void;
}

const VIEW = "web";
const PROTOCOL = "aibt.v1";
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
const ANSWER_MS = 60_000;
const OPENING_MS = 15_000;
const SILENT_CODES = new Set(["unavailable"]);
const CLOSED: Record<number, [code: string, msg: string]> = {
  4401: ["not_signed_in", "The sign-in is over."],
  4403: ["user_disabled", "This account is disabled."],
  4429: ["rate_limited", "Too many requests came from here. The page waits a little."],
};

/**
 * The one WebSocket of this page, for as long as somebody follows something or waits for an answer.
 *
 * When it is lost it comes back by itself, asks again what was not answered (under the same id, so
 * that a change happens once), and follows on from each follower's cursor.
 */
export class Connection {
  private socket: SocketLike | null = null;
  private status: ConnectionState = { state: "idle", since: 0 };
  private waitMs = FIRST_WAIT_MS;
  private attempt = 0;
  private cancelRetry: (() => void) | null = null;
  private readonly waiting = new Map<string, Waiting>();
  private readonly followers = new Map<string, Follower>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly surroundings: Surroundings) {}

  get state(): ConnectionState {
    return this.status;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Be connected from now on, also where nobody asks for anything yet. */
  start(): void {
    if (this.status.state === "idle") void this.connect();
  }

  /** Close, and forget who followed and waited: somebody else may sign in here. */
  stop(): void {
    this.attempt += 1;
    this.cancelRetry?.();
    this.cancelRetry = null;
    const socket = this.socket;
    this.socket = null;
    if (socket !== null) {
      detach(socket);
      socket.close(1000);
    }
    for (const waiting of this.waiting.values()) {
      waiting.cancel();
      waiting.reject(new Problem("not_signed_in", "You have signed out."));
    }
    this.waiting.clear();
    this.followers.clear();
    this.become({ state: "idle", since: this.surroundings.now() });
  }

  /** Try again at once, as when the network is said to be back. */
  hurry(): void {
    if (this.status.state !== "lost" || this.cancelRetry === null) return;
    this.cancelRetry();
    this.cancelRetry = null;
    this.waitMs = FIRST_WAIT_MS;
    void this.connect();
  }

  /**
   * Send a query and return its parsed answer.
   *
   * @throws {Problem} it was refused, or nothing answered in time
   */
  command(query: string, params: object): Promise<unknown> {
    const id = this.surroundings.id();
    const text = JSON.stringify({ query, view: VIEW, params, id });
    const answer = new Promise<unknown>((resolve, reject) => {
      const cancel = this.surroundings.later(() => {
        this.waiting.delete(id);
        reject(new Problem(UNREACHABLE, "The server has not answered. Look before you repeat it."));
      }, ANSWER_MS);
      this.waiting.set(id, { query, text, resolve, reject, cancel });
    });
    if (this.status.state === "open") this.socket?.send(text);
    this.start();
    return answer;
  }

  /** Follow a run until the returned function is called. */
  follow(follower: Follower): () => void {
    let id = this.surroundings.id();
    this.followers.set(id, follower);
    if (this.status.state === "open") this.watch(id, follower);
    this.start();
    return () => {
      for (const [known, one] of this.followers) if (one === follower) id = known;
      if (!this.followers.delete(id) || this.status.state !== "open") return;
      if ([...this.followers.values()].some((one) => isSameRun(one, follower))) return;
      const params = { id: follower.runId };
      const query = `${follower.topic}-unwatch`;
      this.socket?.send(JSON.stringify({ query, view: VIEW, params, id: this.surroundings.id() }));
    };
  }

  private async connect(): Promise<void> {
    const attempt = (this.attempt += 1);
    if (this.status.state !== "lost") this.become({ state: "connecting", since: this.now() });
    try {
      const ticket = await this.surroundings.ticket();
      if (attempt !== this.attempt) return;
      if (ticket === null) {
        this.become({ state: "idle", since: this.now() });
        return;
      }
      this.open([PROTOCOL, `ticket.${ticket}`]);
    } catch (error) {
      if (attempt === this.attempt) this.lose(problemOf(error));
    }
  }

  private open(protocols: string[]): void {
    const socket = this.surroundings.open(protocols);
    this.socket = socket;
    const giveUp = this.surroundings.later(() => socket.close(), OPENING_MS);
    socket.onopen = () => {
      giveUp();
      this.waitMs = FIRST_WAIT_MS;
      this.become({ state: "open", since: this.now() });
      for (const { text } of this.waiting.values()) socket.send(text);
      const following = [...this.followers];
      this.followers.clear();
      for (const [, follower] of following) {
        const id = this.surroundings.id(); // a new watch under a new id: nothing of the old one counts
        this.followers.set(id, follower);
        this.watch(id, follower);
      }
    };
    socket.onmessage = ({ data }) => this.take(String(data));
    socket.onclose = ({ code }) => {
      giveUp();
      if (this.socket !== socket) return;
      this.socket = null;
      const [known, msg] = CLOSED[code] ?? [UNREACHABLE, "The connection to the server is lost."];
      if (code === 4429) this.waitMs = LONGEST_WAIT_MS;
      this.lose(new Problem(known, msg));
    };
  }

  private lose(problem: Problem): void {
    const since = this.status.state === "lost" ? this.status.since : this.now();
    this.become({ state: "lost", since, problem });
    if (problem.code === "user_disabled") return;
    this.cancelRetry = this.surroundings.later(() => {
      this.cancelRetry = null;
      void this.connect();
    }, this.waitMs);
    this.waitMs = Math.min(2 * this.waitMs, LONGEST_WAIT_MS);
  }

  private watch(id: string, follower: Follower): void {
    const { topic, runId, rateHz } = follower;
    const params = { id: runId, cursor: follower.cursor(), rate_hz: rateHz };
    this.socket?.send(JSON.stringify({ query: `${topic}-watch`, view: VIEW, params, id }));
  }

  private take(text: string): void {
    const frame = read(text);
    if (typeof frame?.id !== "string") return;
    const { id } = frame;
    const waiting = this.waiting.get(id);
    if (waiting !== undefined && frame.done) {
      this.waiting.delete(id);
      waiting.cancel();
      answer(waiting, frame);
      return;
    }
    const follower = this.followers.get(id);
    if (follower === undefined) return;
    if (!frame.done) {
      follower.onFrame(frame);
      return;
    }
    if (frame.inner_task !== "error") {
      this.followers.delete(id);
      follower.onEnd(frame.data);
      return;
    }
    const problem = refusal(frame);
    if (SILENT_CODES.has(problem.code)) {
      this.surroundings.later(() => this.again(id), FIRST_WAIT_MS * 4);
      return;
    }
    this.followers.delete(id);
    follower.onEnd(problem);
  }

  private again(id: string): void {
    const follower = this.followers.get(id);
    if (follower === undefined || this.status.state !== "open") return;
    this.followers.delete(id);
    const next = this.surroundings.id();
    this.followers.set(next, follower);
    this.watch(next, follower);
  }

  private become(status: ConnectionState): void {
    this.status = status;
    for (const listener of this.listeners) listener();
  }

  private now(): number {
    return this.surroundings.now();
  }
}

function read(text: string): Frame | null {
  try {
    return parse("Response", JSON.parse(text));
  } catch {
    return null; // what is not even a frame belongs to nobody
  }
}

function answer(waiting: Waiting, frame: Frame): void {
  if (frame.inner_task === "error") {
    waiting.reject(refusal(frame));
    return;
  }
  try {
    waiting.resolve(parseQueryAnswer(waiting.query, frame.data));
  } catch (error) {
    waiting.reject(problemOf(error));
  }
}

function refusal(frame: Frame): Problem {
  try {
    const { code, msg, field } = parse("ErrorMessage", frame.data);
    return new Problem(code, msg, field);
  } catch (error) {
    return problemOf(error);
  }
}

function isSameRun(one: Follower, other: Follower): boolean {
  return one.topic === other.topic && one.runId === other.runId;
}

function detach(socket: SocketLike): void {
  socket.onopen = null;
  socket.onmessage = null;
  socket.onclose = null;
}
