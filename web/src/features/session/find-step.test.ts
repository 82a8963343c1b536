import { describe, expect, it, vi } from "vitest";
import { numberBefore, type Numbered } from "./find-step";

/** Ten entries for each of 1,000 decisions, of which every other one does not say its decision. */
const entries: Numbered[] = Array.from({ length: 10_000 }, (_, index) => ({
  seq: index + 1,
  step: index % 2 === 0 ? Math.floor(index / 10) + 1 : null,
}));

const reader = (all: readonly Numbered[]) =>
  vi.fn((after: number, limit: number) => Promise.resolve(all.slice(after, after + limit)));

describe("where a decision begins among many entries", () => {
  it.each([1, 2, 57, 500, 999, 1_000])("is found near decision %d", async (step) => {
    const read = reader(entries);
    const after = await numberBefore(step, read, entries.length);
    const first = (step - 1) * 10 + 1;
    expect(after).toBeLessThan(first);
    expect(first - after).toBeLessThanOrEqual(120);
    expect(read.mock.calls.length).toBeLessThan(15);
  });

  it("is found where nobody knows how many entries there are", async () => {
    const after = await numberBefore(700, reader(entries), null);
    expect(after).toBeLessThan(6_991);
    expect(after).toBeGreaterThan(6_800);
  });

  it("is the beginning of a short list", async () => {
    expect(await numberBefore(3, reader(entries.slice(0, 40)), 40)).toBe(0);
    expect(await numberBefore(3, reader([]), null)).toBe(0);
  });

  it("passes over entries that say nothing, however many", async () => {
    const silent = entries.map((entry) => (entry.seq > 3_000 ? { ...entry, step: null } : entry));
    expect(await numberBefore(900, reader(silent), 10_000)).toBeGreaterThan(2_800);
  });
});
