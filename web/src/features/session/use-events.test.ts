import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { seldom } from "./use-events";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("tells of many changes once, and of none after leaving", () => {
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const told = vi.fn();
  const leave = seldom(subscribe, 100)(told);
  const change = () => listeners.forEach((listener) => listener());
  for (let count = 0; count < 50; count += 1) change();
  vi.advanceTimersByTime(100);
  expect(told).toHaveBeenCalledOnce();
  change();
  leave();
  vi.advanceTimersByTime(1_000);
  expect(told).toHaveBeenCalledOnce();
});
