import { describe, expect, it } from "vitest";
import { newBotTexts } from "@/features/bots/bot-form";
import { startTexts } from "@/features/start-training/form";
import { summaryOf } from "@/features/start-training/summary";

const HOUR_MS = 3_600_000;
const times = Array.from({ length: 100 }, (_, index) =>
  new Date(Date.UTC(2017, 0, 1) + index * HOUR_MS).toISOString(),
);
const texts = startTexts(new URLSearchParams());
const told = {
  form: { bot: "Ada", newBot: newBotTexts("Bell"), texts },
  period: "1h",
  isTrained: false,
  times,
  zone: "utc",
} as const;

describe("the summary of a start", () => {
  it("says on which bars, how long and from what", () => {
    expect(summaryOf(told)).toBe(
      "Trains Ada on the first 80 hourly bars of EURUSD (2017-01-01 to 2017-01-04) for 10 to 50 episodes; the last 20% are only looked at. It begins with new weights.",
    );
  });

  it("does without the bars while they are read", () => {
    expect(summaryOf({ ...told, times: null })).toContain(
      "on the first 80% of the hourly bars of EURUSD for",
    );
  });

  it("names a new bot", () => {
    expect(summaryOf({ ...told, form: { ...told.form, bot: null } })).toMatch(/^Trains Bell on/);
  });

  it("says what becomes of what the bot has learned", () => {
    expect(summaryOf({ ...told, isTrained: true })).toContain(
      "It goes on from the best weights of Ada.",
    );
    const form = { ...told.form, texts: { ...texts, fresh: "true" } };
    expect(summaryOf({ ...told, form, isTrained: true })).toContain(
      "which will replace what Ada has learned",
    );
  });

  it("says one number of episodes where there is but one", () => {
    const form = { ...told.form, texts: { ...texts, min_episodes: "5", max_episodes: "5" } };
    expect(summaryOf({ ...told, form })).toContain("for 5 episodes;");
  });
});
