import { beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "@/api/connection";
import { FakeSurroundings, settled } from "@/api/fakes";
import { aLoad, aStatus, aTraining } from "@/api/feeds/builders";
import { TrainingFeed } from "@/api/feeds/training-feed";
import { Problem } from "@/api/problem";

let world: FakeSurroundings;
let connection: Connection;

beforeEach(() => {
  world = new FakeSurroundings();
  connection = new Connection(world);
});

async function aFeed(run = aTraining(), trouble: Problem | null = null) {
  const backend = {
    read: vi.fn(() => (trouble === null ? Promise.resolve(run) : Promise.reject(trouble))),
    load: vi.fn(() => Promise.resolve(aLoad())),
    events: vi.fn(() => Promise.resolve([])),
  };
  const options = { rateHz: null, history: 100, capacity: 1_000 };
  const feed = new TrainingFeed(7, backend, connection, options);
  await feed.open();
  await settled();
  world.sockets.at(-1)?.opens();
  const says = (kind: string | null, data: object, seq?: number, done = false) =>
    world.socket.says({
      id: world.socket.sent.at(-1)?.id ?? "",
      inner_task: kind,
      data,
      seq,
      done,
    });
  return { feed, backend, says };
}

const log = (text: string) => ({ level: "info", text, at: "2026-01-01T00:00:00Z" });

describe("a training's feed", () => {
  it("reads the training and its bars, and follows it from its latest events on", async () => {
    const { feed, backend } = await aFeed(aTraining({ cursor: 250 }));
    expect(feed.run?.bot_name).toBe("Ada");
    expect(feed.load?.closes).toHaveLength(2);
    expect(backend.load).toHaveBeenCalledOnce();
    expect(world.socket.sent[0]?.params).toMatchObject({ id: 7, cursor: 150 });
    expect(feed.events.hasEarlier).toBe(true);
  });

  it("keeps the training's figures up to date", async () => {
    const { feed, says } = await aFeed();
    const seen = vi.fn();
    feed.onStatus(seen);
    says("status", aStatus({ steps: 99 }));
    expect([feed.run?.steps, feed.run?.symbol]).toEqual([99, "EURUSD"]);
    expect(seen).toHaveBeenCalledOnce();
  });

  it("knows each event once and takes over what it says", async () => {
    const { feed, says } = await aFeed();
    says("state", { id: 7, state: "paused", reason: "you said so" }, 1);
    says("state", { id: 7, state: "running" }, 1);
    says("params", { id: 7, changed: { lr: 0.5 }, step: 3 }, 2);
    says("log", log("hello"), 3);
    expect(feed.events.all.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect([feed.run?.state, feed.run?.reason, feed.run?.lr]).toEqual([
      "paused",
      "you said so",
      0.5,
    ]);
  });

  it("keeps what it is now while it hears how it came to that", async () => {
    const { feed, says } = await aFeed(aTraining({ state: "paused", lr: 0.5, cursor: 3 }));
    says("state", { id: 7, state: "running" }, 1);
    says("params", { id: 7, changed: { lr: 0.1 }, step: 3 }, 2);
    expect([feed.run?.state, feed.run?.lr]).toEqual(["paused", 0.5]);
    expect(feed.events.all).toHaveLength(2);
    says("state", { id: 7, state: "running" }, 4);
    expect(feed.run?.state).toBe("running");
  });

  it("goes on after a loss without a gap and without a double", async () => {
    const { feed, says } = await aFeed();
    says("log", log("one"), 1);
    world.socket.close(1006);
    await world.pass(250);
    world.socket.opens();
    expect(world.socket.sent.at(-1)?.params).toMatchObject({ cursor: 1 });
    says("log", log("one"), 1);
    says("log", log("two"), 2);
    expect(feed.events.all.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it("passes over what it cannot read, and says so until it reads again", async () => {
    const { feed, says } = await aFeed();
    says("status", { steps: "many" });
    expect(feed.problem?.code).toBe("unreadable");
    says("status", aStatus());
    expect(feed.problem).toBeNull();
  });

  it("ends with the training as it was at its end", async () => {
    const { feed, says } = await aFeed();
    says(null, aTraining({ state: "finished", cursor: 9 }), undefined, true);
    expect([feed.phase, feed.run?.state]).toEqual(["ended", "finished"]);
  });

  it("is gone where there is no such training", async () => {
    const { feed } = await aFeed(aTraining(), new Problem("not_found", "no such training"));
    expect([feed.phase, feed.problem?.code]).toEqual(["gone", "not_found"]);
  });

  it("follows nothing after it was closed while it opened", async () => {
    const { feed, backend } = await aFeed();
    feed.close();
    const opening = feed.open();
    feed.close();
    await opening;
    expect(backend.read).toHaveBeenCalledTimes(2);
    const watches = world.socket.sent.filter(({ query }) => query === "trainings-watch");
    expect(watches).toHaveLength(1);
  });

  it("tells its subscribers of many changes at once", async () => {
    const { feed, says } = await aFeed();
    await vi.waitFor(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const listener = vi.fn();
    feed.subscribe(listener);
    for (let steps = 0; steps < 50; steps += 1) says("status", aStatus({ steps }));
    await vi.waitFor(() => expect(listener).toHaveBeenCalledOnce());
  });
});
