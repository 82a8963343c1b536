import { episodeSeries, type EpisodeData } from "./series";
import type { EpisodePage } from "./training-history";

/** Reads the episodes of a training again and again, each time from its last page on. */
export class EpisodeReader {
  private readonly series = episodeSeries();
  private from = 0;

  constructor(private readonly page: (after: number) => Promise<EpisodePage>) {}

  async read(): Promise<EpisodeData> {
    for (;;) {
      const { episodes, next } = await this.page(this.from);
      for (const episode of episodes) this.series.take(episode);
      if (next === null) return this.series.data;
      this.from = next;
    }
  }
}
