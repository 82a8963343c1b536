import { beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, type Follower } from "@/api/connection";
import { FakeSurroundings, settled } from "@/api/fakes";
import { Problem } from "@/api/problem";

const BOT = {
  name: "Ada",
  lr: 0.001,
  hidden_layers: 43,
  gamma: 0.97,
  discounter_rate: 80,
  depth: 2,
  algorithm: "dqn",
  encoder: "mlp",
  state: "paused",
  trained: false,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
};

let world: FakeSurroundings;
let connection: Connection;

beforeEach(() => {
  world = new FakeSurroundings();
  connection = new Connection(world);
});

async function opened(): Promise<void> {
  connection.start();
  await settled();
  world.socket.opens();
}

function follower(cursor: number | null = null): Follower & { ends: unknown[]; seqs: unknown[] } {
  const ends: unknown[] = [];
  const seqs: unknown[] = [];
  return {
    topic: "trainings",
    runId: 7,
    rateHz: null,
    cursor: () => cursor,
    onFrame: ({ seq }) => void seqs.push(seq),
    onEnd: (last) => void ends.push(last),
    ends,
    seqs,
  };
}

describe("the connection", () => {
  it("offers a ticket with the protocol", async () => {
    await opened();
    expect(world.socket.protocols).toEqual(["aibt.v1", "ticket.t"]);
    expect(connection.state.state).toBe("open");
  });

  it("answers a command with its parsed answer", async () => {
    await opened();
    const answer = connection.command("bots-pause", { name: "Ada" });
    const [{ id, query, params }] = world.socket.sent as [never];
    world.socket.says({ id, done: true, data: BOT });
    expect([query, params]).toEqual(["bots-pause", { name: "Ada" }]);
    await expect(answer).resolves.toEqual(BOT);
  });

  it("rejects a command with what the server said", async () => {
    await opened();
    const answer = connection.command("bots-pause", { name: "Bob" });
    const data = { code: "not_found", msg: "no such bot", field: "name" };
    world.socket.says({ id: "id-1", done: true, inner_task: "error", data });
    await expect(answer).rejects.toMatchObject(data);
  });

  it("rejects an answer that is not what the protocol says", async () => {
    await opened();
    const answer = connection.command("bots-pause", { name: "Ada" });
    world.socket.says({ id: "id-1", done: true, data: { name: 5 } });
    await expect(answer).rejects.toMatchObject({ code: "unreadable" });
  });

  it("asks again after a loss, under the same id", async () => {
    await opened();
    const answer = connection.command("bots-pause", { name: "Ada" });
    world.socket.close(1006);
    expect(connection.state.state).toBe("lost");
    await world.pass(250);
    world.socket.opens();
    expect(world.sockets).toHaveLength(2);
    expect(world.socket.sent.map(({ id }) => id)).toEqual(["id-1"]);
    world.socket.says({ id: "id-1", done: true, data: BOT });
    await expect(answer).resolves.toEqual(BOT);
  });

  it("gives up on an answer that never comes", async () => {
    await opened();
    const answer = connection.command("bots-pause", { name: "Ada" });
    const refused = expect(answer).rejects.toMatchObject({ code: "unreachable" });
    await world.pass(60_000);
    await refused;
  });

  it("follows on from the cursor after a loss, under a new id", async () => {
    const one = follower(12);
    connection.follow(one);
    await opened();
    world.socket.close(1012);
    await world.pass(250);
    world.socket.opens();
    const [watch] = world.socket.sent;
    expect(watch).toMatchObject({ query: "trainings-watch", params: { id: 7, cursor: 12 } });
    world.socket.says({ id: watch?.id ?? "", seq: 13 });
    world.socket.says({ id: "id-of-the-old-watch", seq: 13 });
    expect(one.seqs).toEqual([13]);
  });

  it("waits longer after each attempt that fails, up to five seconds", async () => {
    await opened();
    for (const ms of [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]) {
      const before = world.sockets.length;
      world.socket.close(1006);
      await world.pass(ms - 1);
      expect(world.sockets).toHaveLength(before);
      await world.pass(1);
      expect(world.sockets).toHaveLength(before + 1);
    }
  });

  it("says since when it is lost, not since the last attempt", async () => {
    await opened();
    await world.pass(1_000);
    world.socket.close(1006);
    await world.pass(250);
    world.socket.close(1006);
    expect(connection.state).toMatchObject({ state: "lost", since: 1_000 });
  });

  it("tries no more where the account is disabled", async () => {
    await opened();
    world.socket.close(4403);
    await world.pass(60_000);
    expect(world.sockets).toHaveLength(1);
  });

  it("tells a follower how its run ended", async () => {
    const one = follower();
    connection.follow(one);
    await opened();
    world.socket.says({ id: world.socket.sent[0]?.id ?? "", done: true, data: { id: 7 } });
    expect(one.ends).toEqual([{ id: 7 }]);
  });

  it("tells a follower why its run cannot be followed", async () => {
    const one = follower();
    connection.follow(one);
    await opened();
    const data = { code: "not_found", msg: "no such training", field: "id" };
    const id = world.socket.sent[0]?.id ?? "";
    world.socket.says({ id, done: true, inner_task: "error", data });
    expect(one.ends).toEqual([expect.any(Problem)]);
  });

  it("asks again for a run whose actor is not there at the moment", async () => {
    const one = follower();
    connection.follow(one);
    await opened();
    const data = { code: "unavailable", msg: "not now", field: null };
    const id = world.socket.sent[0]?.id ?? "";
    world.socket.says({ id, done: true, inner_task: "error", data });
    await world.pass(1_000);
    expect(one.ends).toEqual([]);
    expect(world.socket.sent.map(({ query }) => query)).toEqual([
      "trainings-watch",
      "trainings-watch",
    ]);
  });

  it("unwatches when the last follower of a run leaves", async () => {
    const leave = [connection.follow(follower()), connection.follow(follower())];
    await opened();
    leave[0]?.();
    expect(world.socket.sent).toHaveLength(2);
    leave[1]?.();
    expect(world.socket.sent.at(-1)).toMatchObject({
      query: "trainings-unwatch",
      params: { id: 7 },
    });
  });

  it("is idle where nobody is signed in, and starts again when somebody is", async () => {
    world.tickets = [null];
    connection.start();
    await settled();
    expect(connection.state.state).toBe("idle");
    connection.start();
    await settled();
    expect(world.sockets).toHaveLength(1);
  });

  it("tells no one anything after it was stopped", async () => {
    const one = follower();
    connection.follow(one);
    await opened();
    const answer = connection.command("bots-pause", { name: "Ada" });
    const refused = expect(answer).rejects.toMatchObject({ code: "not_signed_in" });
    const socket = world.socket;
    connection.stop();
    await refused;
    socket.says({ id: socket.sent[0]?.id ?? "", seq: 1 });
    expect(one.seqs).toEqual([]);
    await world.pass(10_000);
    expect(world.sockets).toHaveLength(1);
  });

  it("hurries when the network is said to be back", async () => {
    await opened();
    world.socket.close(1006);
    const listener = vi.fn();
    connection.subscribe(listener);
    connection.hurry();
    await settled();
    expect(world.sockets).toHaveLength(2);
  });
});
