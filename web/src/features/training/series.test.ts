import { describe, expect, it } from "vitest";
import { aStatus } from "@/api/feeds/builders";
import { anEpisode } from "./builders";
import { aligned, episodeSeries, figureSeries } from "./series";

describe("the series of a training's episodes", () => {
  it("has a point for each episode, once and in order", () => {
    const series = episodeSeries();
    for (const episode of [1, 2, 2, 1, 3])
      series.take(anEpisode({ episode, profit: 10 * episode }));
    expect(series.data.x).toEqual([1, 2, 3]);
    expect(series.data.profit).toEqual([10, 20, 30]);
  });

  it("puts an event that sums several episodes at the last of them", () => {
    const series = episodeSeries();
    series.take(anEpisode({ episode: 1 }));
    series.take(anEpisode({ first_episode: 2, episode: 9 }));
    expect(series.data.x).toEqual([1, 9]);
  });

  it("has a gap where there was no evaluation", () => {
    const series = episodeSeries();
    const validation = { profit: 5, sharpe: null };
    series.take(anEpisode({ episode: 1, validation }));
    series.take(anEpisode({ episode: 2 }));
    expect(series.data.validationProfit).toEqual([5, NaN]);
    expect(series.data.validationSharpe).toEqual([NaN, NaN]);
  });

  it("gives the same object until something has come", () => {
    const series = episodeSeries();
    series.take(anEpisode({ episode: 1 }));
    const before = series.data;
    series.take(anEpisode({ episode: 1 }));
    expect(series.data).toBe(before);
    series.take(anEpisode({ episode: 2 }));
    expect(series.data).not.toBe(before);
    expect(before.x).toEqual([1]);
  });

  it("never keeps more than a bounded number of points", () => {
    const series = episodeSeries();
    for (let episode = 1; episode <= 20_000; episode += 1) series.take(anEpisode({ episode }));
    expect(series.data.x.length).toBeLessThanOrEqual(4_096);
    expect(series.data.x.at(-1)).toBeGreaterThan(19_900);
  });
});

describe("the live figures", () => {
  it("stand at the time at which they were heard", () => {
    const series = figureSeries();
    series.take({ status: aStatus({ balance: 5, loss: null }), atMs: 2_000 });
    expect(series.data).toMatchObject({ x: [2], balance: [5], loss: [NaN] });
  });
});

describe("series beside each other", () => {
  it("are told at the same places, straight between their own", () => {
    const [one, other] = [episodeSeries(), episodeSeries()];
    for (const episode of [1, 2, 3]) one.take(anEpisode({ episode, profit: episode }));
    for (const episode of [1, 5]) other.take(anEpisode({ episode, profit: 10 * episode }));
    expect(aligned([one.data, other.data], "profit")).toEqual({
      x: [1, 2, 3, 5],
      values: [
        [1, 2, 3, NaN],
        [10, 20, 30, 50],
      ],
    });
  });

  it("begin where their first value is", () => {
    const one = episodeSeries();
    const other = episodeSeries();
    one.take(anEpisode({ episode: 1 }));
    other.take(anEpisode({ episode: 4, profit: 2 }));
    expect(aligned([one.data, other.data], "profit").values[1]).toEqual([NaN, 2]);
  });
});
