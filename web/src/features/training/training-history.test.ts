import { describe, expect, it, vi } from "vitest";
import { Connection } from "@/api/connection";
import { FakeSurroundings, settled } from "@/api/fakes";
import { aLoad, aStatus, aTraining } from "@/api/feeds/builders";
import { TrainingFeed } from "@/api/feeds/training-feed";
import { Problem } from "@/api/problem";
import { anEpisode, anEvaluationTrade } from "./builders";
import { TrainingHistory, type HistoryBackend } from "./training-history";

async function aHistory(changes: Partial<HistoryBackend> = {}) {
  const world = new FakeSurroundings();
  const backend = {
    read: () => Promise.resolve(aTraining({ cursor: 2 })),
    load: () => Promise.resolve(aLoad()),
    events: () => Promise.resolve([]),
  };
  const options = { rateHz: null, history: 0, capacity: 100 };
  const feed = new TrainingFeed(7, backend, new Connection(world), options);
  const history = new TrainingHistory(feed, {
    episodes: (after) =>
      Promise.resolve(
        after === 0
          ? { episodes: [anEpisode({ episode: 1 })], next: 1 }
          : { episodes: [anEpisode({ episode: 2 })], next: null },
      ),
    trades: (part) => Promise.resolve({ trades: [anEvaluationTrade({ part })], next: null }),
    ...changes,
  });
  const stop = history.start();
  await feed.open();
  await settled();
  world.sockets.at(-1)?.opens();
  const says = (kind: string, data: object, seq?: number) =>
    world.socket.says({ id: world.socket.sent.at(-1)?.id ?? "", inner_task: kind, data, seq });
  return { feed, history, says, stop };
}

describe("the history of a training", () => {
  it("begins with what was before, read over all pages", async () => {
    const { history } = await aHistory();
    await vi.waitFor(() => expect(history.isRead).toBe(true));
    expect(history.episodes.data.x).toEqual([1, 2]);
    expect(history.evaluations.of("out_of_sample")?.trades).toHaveLength(1);
  });

  it("goes on with the feed, each event once", async () => {
    const { history, says } = await aHistory();
    await vi.waitFor(() => expect(history.isRead).toBe(true));
    says("episode", anEpisode({ episode: 2 }), 3);
    says("episode", anEpisode({ episode: 3 }), 4);
    says("trade", anEvaluationTrade({ episode: 3, open_at: 8 }), 5);
    await vi.waitFor(() => expect(history.episodes.data.x).toEqual([1, 2, 3]));
    expect(history.evaluations.of("validation")).toMatchObject({ episode: 3 });
  });

  it("keeps the live figures", async () => {
    const { history, says } = await aHistory();
    says("status", aStatus({ balance: 77 }));
    expect(history.figures.data.balance).toEqual([77]);
  });

  it("is not read where the server is away, and hears nothing after it was left", async () => {
    const away = new Problem("unreachable", "away");
    const { history, says, stop } = await aHistory({ episodes: () => Promise.reject(away) });
    await settled();
    expect(history.isRead).toBe(false);
    stop();
    says("status", aStatus());
    expect(history.figures.data.x).toEqual([]);
  });
});
