import { describe, expect, it } from "vitest";
import { changesOf, lastChange } from "./change-panel";
import { queuedText } from "./notices";
import { parameterText } from "./parameter-words";
import { validationRange } from "./parts";
import { shownOf } from "./shown";
import { statesOf } from "./states";
import { anEvaluationTrade } from "./builders";
import { chartTrade, decisionWords, openTrade } from "./trades";
import { verdict } from "./verdict";

describe("the verdict beside buying and holding", () => {
  const sentence = (profit: number, held: number | null) =>
    verdict({ profit, sharpe: 1, buy_and_hold: held }, 10_000);

  it("says by how much it is better or worse", () => {
    expect(sentence(150, 100)).toMatch(/^Better .* by 50\.00, which is 0\.50% of the starting/);
    expect(sentence(-150, 100)).toMatch(/^Worse .* by 250\.00, which is 2\.50%/);
    expect(sentence(100.001, 100)).toMatch(/^As good as/);
  });

  it("is silent where buying and holding is not known", () => {
    expect(sentence(150, null)).toBeNull();
  });
});

describe("the parts of the bars", () => {
  it("have validation as the last fifth of the training part", () => {
    expect(validationRange(4_980)).toEqual([3_984, 4_980]);
    expect(validationRange(13)).toEqual([11, 13]);
  });
});

describe("trades", () => {
  it("know which one is open", () => {
    const open = anEvaluationTrade({ open_at: 9, close_at: null });
    expect(openTrade([anEvaluationTrade(), open])).toBe(open);
    expect(openTrade([anEvaluationTrade()])).toBeNull();
  });

  it("are drawn at their exact prices", () => {
    expect(chartTrade(anEvaluationTrade())).toMatchObject({
      openAt: 3,
      openPrice: 1.1,
      closeAt: 5,
      closePrice: 1.2,
    });
  });

  it("follow decisions that have names", () => {
    expect(decisionWords(3)).toEqual({ name: "Bear", meaning: "goes or stays short" });
  });
});

describe("a change while it runs", () => {
  const now = { lr: 0.001, gamma: 0.9, batch_size: 64, max_episodes: 10 };

  it("is what was typed and is another value", () => {
    const typed = { lr: "0.0010", gamma: "0.95", batch_size: "", max_episodes: "20" };
    expect(changesOf(typed, now)).toEqual({ gamma: 0.95, max_episodes: 20 });
  });

  it("is found in the log, the newest one", () => {
    const change = (seq: number, lr: number) =>
      ({ seq, kind: "params", data: { id: 7, changed: { lr }, step: seq } }) as const;
    expect(lastChange([change(1, 0.1), change(2, 0.2)])?.changed).toEqual({ lr: 0.2 });
    expect(lastChange([])).toBeNull();
  });
});

describe("words of the address", () => {
  it("name one state or a group of them", () => {
    expect(statesOf("ended")).toEqual(["finished", "stopped", "failed"]);
    expect(statesOf("paused")).toEqual(["paused"]);
    expect([statesOf(""), statesOf("nonsense")]).toEqual([[], []]);
  });

  it("name whose trades are shown", () => {
    expect(["validation", "out_of_sample", "x"].map(shownOf)).toEqual([
      "validation",
      "out_of_sample",
      "live",
    ]);
  });
});

describe("parameters in words", () => {
  it("are written as a person writes them", () => {
    expect(parameterText("lr", 0.0001)).toBe("0.0001");
    expect(parameterText("train_data_percentage", 80)).toBe("80 %");
    expect(parameterText("seed", 1_749_221_771)).toBe("1749221771");
    expect(parameterText("seed", null)).toBe("drawn");
    expect(parameterText("fresh", true)).toBe("yes");
    expect(parameterText("source", "sample")).toBe("Bundled sample");
  });
});

describe("waiting for a place", () => {
  it("says how many of one's own are before it", () => {
    expect(queuedText(0)).toBe("It begins by itself as soon as there is one.");
    expect(queuedText(1)).toMatch(/^One of your own/);
    expect(queuedText(3)).toMatch(/^3 of your own/);
  });
});
