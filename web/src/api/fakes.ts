import type { SocketLike, Surroundings } from "@/api/connection";

interface Sent {
  query: string;
  params: Record<string, unknown>;
  id: string;
}

/** A socket whose server is the test. */
export class FakeSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  readonly sent: Sent[] = [];

  constructor(readonly protocols: string[]) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Sent);
  }

  close(code = 1006): void {
    this.onclose?.({ code } as CloseEvent);
  }

  opens(): void {
    this.onopen?.({} as Event);
  }

  says(frame: { id: string } & Record<string, unknown>): void {
    const whole = {
      name: null,
      view: null,
      done: false,
      client_msg: null,
      inner_task: null,
      data: {},
    };
    this.onmessage?.({ data: JSON.stringify({ ...whole, ...frame }) } as MessageEvent);
  }
}

/** Time, ids and sockets as a test wants them. */
export class FakeSurroundings implements Surroundings {
  readonly sockets: FakeSocket[] = [];
  tickets: (string | null)[] = [];
  time = 0;
  private readonly timers = new Set<{ at: number; act: () => void }>();
  private ids = 0;

  get socket(): FakeSocket {
    const newest = this.sockets.at(-1);
    if (newest === undefined) throw new Error("no socket was opened");
    return newest;
  }

  open = (protocols: string[]): FakeSocket => {
    const socket = new FakeSocket(protocols);
    this.sockets.push(socket);
    return socket;
  };
  ticket = () => Promise.resolve(this.tickets.length > 0 ? (this.tickets.shift() ?? null) : "t");
  now = () => this.time;
  id = () => `id-${(this.ids += 1)}`;
  later = (act: () => void, ms: number) => {
    const timer = { at: this.time + ms, act };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  };

  /** Let time pass, and what waits for it happen. */
  async pass(ms: number): Promise<void> {
    this.time += ms;
    for (const timer of [...this.timers]) {
      if (timer.at > this.time) continue;
      this.timers.delete(timer);
      timer.act();
    }
    await settled();
  }
}

export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
