import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { remainingSeconds, sampled } from "./remaining";
import { pace, stepOfText, useReplay } from "./use-replay";

vi.mock("next/navigation", () => ({
  useSearchParams: () => new URLSearchParams(window.location.search),
}));

beforeEach(() => {
  vi.useFakeTimers();
  window.history.replaceState(null, "", "/session?id=4&at=3");
});
afterEach(() => {
  vi.useRealTimers();
});

const lastOf = () => 10;

describe("a replay", () => {
  it("begins at the decision that the address names", () => {
    expect(renderHook(() => useReplay(lastOf)).result.current.at).toBe(3);
  });

  it("moves on at its speed, and holds at the last decision", () => {
    const { result } = renderHook(() => useReplay(lastOf));
    act(() => result.current.play(true));
    act(() => void vi.advanceTimersByTime(1_000));
    expect(result.current.at).toBe(5);
    act(() => result.current.setSpeed(16));
    act(() => void vi.advanceTimersByTime(1_000));
    expect([result.current.at, result.current.isPlaying]).toEqual([10, false]);
  });

  it("begins again where it had come to the end", () => {
    const { result } = renderHook(() => useReplay(lastOf));
    act(() => result.current.show(null));
    act(() => result.current.play(true));
    expect([result.current.at, result.current.isPlaying]).toEqual([1, true]);
  });

  it("writes where it rests into the address, and nothing at the end", () => {
    const { result } = renderHook(() => useReplay(lastOf));
    act(() => result.current.show(7));
    act(() => void vi.advanceTimersByTime(400));
    expect(window.location.search).toContain("at=7");
    act(() => result.current.show(null));
    act(() => void vi.advanceTimersByTime(400));
    expect(window.location.search).toBe("?id=4");
  });
});

describe("the pace of a replay", () => {
  it("is twice, eight and thirty-two decisions a second, drawn at most sixteen times", () => {
    expect([pace(1), pace(4), pace(16)]).toEqual([
      { everyMs: 500, steps: 1 },
      { everyMs: 125, steps: 1 },
      { everyMs: 62.5, steps: 2 },
    ]);
  });
});

describe("the decision of an address", () => {
  it("is within what there is, and none where it is no number", () => {
    expect(["3", "99", "0", "x", "-1"].map((text) => stepOfText(text, 10))).toEqual([
      3,
      10,
      1,
      null,
      null,
    ]);
    expect([stepOfText(null, 10), stepOfText("3", 0)]).toEqual([null, null]);
  });
});

describe("the time that is left", () => {
  it("follows from the pace of the last minute", () => {
    const samples = [
      { at: 0, step: 10 },
      { at: 10_000, step: 20 },
    ];
    expect(remainingSeconds(samples, 50)).toBe(30);
  });

  it("is not known live, at the start, or while nothing moves", () => {
    expect(remainingSeconds([], 50)).toBeNull();
    expect(remainingSeconds([{ at: 0, step: 1 }, { at: 9_000, step: 1 }], 50)).toBeNull(); // prettier-ignore
    expect(remainingSeconds([{ at: 0, step: 1 }, { at: 9_000, step: 9 }], null)).toBeNull(); // prettier-ignore
  });

  it("looks at one minute alone", () => {
    const samples = sampled([{ at: 0, step: 1 }], { at: 70_000, step: 5 });
    expect(samples).toEqual([{ at: 70_000, step: 5 }]);
  });
});
