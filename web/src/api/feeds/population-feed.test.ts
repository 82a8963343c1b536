import { beforeEach, describe, expect, it } from "vitest";
import { Connection } from "@/api/connection";
import { FakeSurroundings, settled } from "@/api/fakes";
import { PopulationFeed } from "@/api/feeds/population-feed";
import { FEED_OPTIONS } from "@/api/feeds/run-feed";
import { aMember, aPopulation } from "@/features/populations/builders";

let world: FakeSurroundings;

beforeEach(() => {
  world = new FakeSurroundings();
});

async function aFeed(population = aPopulation()) {
  const backend = { read: () => Promise.resolve(population), events: () => Promise.resolve([]) };
  const feed = new PopulationFeed(3, backend, new Connection(world), FEED_OPTIONS);
  await feed.open();
  await settled();
  world.socket.opens();
  const says = (kind: string | null, data: object, seq?: number, done = false) =>
    world.socket.says({
      id: world.socket.sent.at(-1)?.id ?? "",
      inner_task: kind,
      data,
      seq,
      done,
    });
  return { feed, says };
}

const step = (number: number) => ({
  id: 3,
  number,
  kind: "explore",
  member: 1,
  source: null,
  episode: 10,
  step: 4_000,
  changes: { lr: 0.002 },
  scores: { "1": 0.1 },
});

describe("a population's feed", () => {
  it("keeps its members up to date, and counts them", async () => {
    const { feed, says } = await aFeed();
    const { id, state, searching, cursor } = aPopulation();
    const members = [aMember({ state: "stopped" }), aMember({ member: 2, score: 0.7 })];
    says("status", { id, state, searching, steps_taken: 5, members, cursor });
    expect(feed.run).toMatchObject({ name: "Tides", members, active_count: 1, trials: 7 });
  });

  it("has each step once, in order, and counts it", async () => {
    const { feed, says } = await aFeed();
    says("step", step(2), 3);
    says("step", step(3), 4);
    says("step", step(3), 4);
    expect(feed.events.all.map(({ seq }) => seq)).toEqual([3, 4]);
    expect(feed.run?.steps_taken).toBe(3);
  });

  it("goes on after its last step where the connection is lost", async () => {
    const { says } = await aFeed();
    says("step", step(2), 3);
    world.socket.close();
    await world.pass(300);
    world.socket.opens();
    expect(world.socket.sent[0]).toMatchObject({
      query: "populations-watch",
      params: { cursor: 3 },
    });
  });

  it("knows what the search was told", async () => {
    const { feed, says } = await aFeed();
    says("search", { id: 3, searching: false, members: [1], mark: "excluded" }, 3);
    expect(feed.run?.searching).toBe(false);
    expect(feed.run?.members.map(({ mark }) => mark)).toEqual(["excluded", "pinned"]);
  });

  it("takes an answer to a command, but for one that is older than what it has", async () => {
    const { feed, says } = await aFeed();
    feed.take(aPopulation({ state: "paused" }));
    expect(feed.run?.state).toBe("paused");
    const { id, members } = aPopulation();
    says("status", { id, state: "running", searching: true, steps_taken: 2, members, cursor: 9 });
    feed.take(aPopulation({ state: "paused", cursor: 8 }));
    expect(feed.run?.state).toBe("running");
  });

  it("ends with the population as it ended", async () => {
    const { feed, says } = await aFeed();
    says(null, aPopulation({ state: "finished" }), undefined, true);
    expect([feed.phase, feed.run?.state]).toEqual(["ended", "finished"]);
  });
});
