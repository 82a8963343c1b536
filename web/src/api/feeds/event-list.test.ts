import { describe, expect, it } from "vitest";
import { EventList, type RunEvent } from "@/api/feeds/event-list";

const event = (seq: number): RunEvent => ({ seq, kind: "log", data: {} });
const numbers = (list: EventList<RunEvent>) => list.all.map(({ seq }) => seq);

describe("a list of events", () => {
  it("has each event once, however often it comes", () => {
    const list = new EventList<RunEvent>(10);
    for (const seq of [1, 2, 2, 1, 3]) list.add(event(seq));
    expect(numbers(list)).toEqual([1, 2, 3]);
    expect(list.cursor).toBe(3);
  });

  it("is another array only when something has changed", () => {
    const list = new EventList<RunEvent>(10);
    list.add(event(1));
    const before = list.all;
    expect(list.all).toBe(before);
    list.add(event(1));
    expect(list.all).toBe(before);
    list.add(event(2));
    expect(list.all).not.toBe(before);
  });

  it("begins after the event that it is told of, and knows that there are earlier ones", () => {
    const list = new EventList<RunEvent>(10, 40);
    expect([list.cursor, list.before, list.hasEarlier]).toEqual([40, 40, true]);
    list.add(event(41));
    list.prepend([event(39), event(40), event(41)], 38);
    expect(numbers(list)).toEqual([39, 40, 41]);
    expect([list.before, list.hasEarlier]).toEqual([38, true]);
    list.prepend([], 0);
    expect(list.hasEarlier).toBe(false);
  });

  it("never keeps more than its capacity", () => {
    const list = new EventList<RunEvent>(100);
    for (let seq = 1; seq <= 1_000; seq += 1) {
      list.add(event(seq));
      expect(list.all.length).toBeLessThanOrEqual(100);
    }
    expect(numbers(list).at(-1)).toBe(1_000);
    expect(list.before).toBe((numbers(list)[0] ?? 0) - 1);
  });
});
