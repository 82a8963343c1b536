import { describe, expect, it, vi } from "vitest";
import type { SessionEvent } from "@/api/feeds/session-feed";
import { aStep, aThought } from "./builders";
import { ReplayWindow } from "./replay-window";

/** Five events for each of 2,000 decisions. */
const all: SessionEvent[] = Array.from({ length: 10_000 }, (_, index) => {
  const step = Math.floor(index / 5) + 1;
  return index % 5 === 0 ? aStep(index + 1, step) : aThought(index + 1, step, "hm");
});

function aWindow() {
  const read = vi.fn((after: number, limit: number) =>
    Promise.resolve(all.slice(after, after + limit)),
  );
  return { read, window: new ReplayWindow(read, () => all.length) };
}

const isWhole = (events: readonly SessionEvent[]) =>
  events.every(({ seq }, index) => seq === (events[0]?.seq ?? 0) + index);

describe("the events around a decision", () => {
  it("are read by a few pages, without a gap", async () => {
    const { window, read } = aWindow();
    await window.show(1_234);
    expect(window.covers(1_234)).toBe(true);
    expect(isWhole(window.events)).toBe(true);
    expect(read.mock.calls.length).toBeLessThan(15);
  });

  it("go on with the next page while the decisions go on", async () => {
    const { window, read } = aWindow();
    await window.show(1_000);
    const before = read.mock.calls.length;
    for (let step = 1_001; step <= 1_150; step += 1) await window.show(step);
    expect(read.mock.calls.length - before).toBeLessThanOrEqual(2);
    expect(isWhole(window.events)).toBe(true);
  });

  it("reach to the last decision", async () => {
    const { window } = aWindow();
    await window.show(2_000);
    expect(window.covers(2_000)).toBe(true);
  });

  it("are those of the newest wish, where wishes come fast", async () => {
    const { window } = aWindow();
    await Promise.all([window.show(10), window.show(900), window.show(1_800)]);
    expect(window.covers(1_800)).toBe(true);
    expect(window.covers(10)).toBe(false);
  });

  it("reach further back when asked", async () => {
    const { window } = aWindow();
    await window.show(1_000);
    const first = window.events[0]?.seq ?? 0;
    await window.loadEarlier();
    expect(window.events[0]?.seq).toBe(first - 500);
    expect(isWhole(window.events)).toBe(true);
  });

  it("say why they could not be read", async () => {
    const window = new ReplayWindow(
      () => Promise.reject(new Error("gone")),
      () => 10_000,
    );
    await window.show(5);
    expect(window.problem?.msg).toContain("gone");
  });
});
