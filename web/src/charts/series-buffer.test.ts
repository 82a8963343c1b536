import { describe, expect, it } from "vitest";
import { SeriesBuffer } from "./series-buffer";

function filled(points: number, capacity: number): SeriesBuffer {
  const buffer = new SeriesBuffer(1, capacity);
  for (let x = 0; x < points; x++) buffer.add(x, [x]);
  return buffer;
}

const columns = (buffer: SeriesBuffer) => {
  const { x, values } = buffer.data();
  return { x: Array.from(x), first: Array.from(values[0]!, Number) };
};

describe("a series buffer", () => {
  it("gives back what it was given while there is room", () => {
    expect(columns(filled(3, 8))).toEqual({ x: [0, 1, 2], first: [0, 1, 2] });
  });

  it("averages neighbours in pairs when it is full", () => {
    const buffer = filled(8, 8);
    expect(columns(buffer)).toEqual({ x: [1, 3, 5, 7], first: [0.5, 2.5, 4.5, 6.5] });
    expect(buffer.resolution).toBe(2);
  });

  it("stores new points at its coarser resolution", () => {
    const buffer = filled(8, 8);
    buffer.add(8, [8]);
    expect(buffer.length).toBe(4);
    buffer.add(9, [10]);
    expect(columns(buffer).x.at(-1)).toBe(9);
    expect(columns(buffer).first.at(-1)).toBe(9);
  });

  it("never grows beyond its capacity in a day at ten a second, and covers all of it", () => {
    const buffer = filled(864_000, 1024);
    expect(buffer.length).toBeLessThan(1024);
    expect(buffer.length).toBeGreaterThanOrEqual(512);
    const { x, first } = columns(buffer);
    expect(x[0]).toBeLessThan(buffer.resolution);
    expect(864_000 - x.at(-1)!).toBeLessThanOrEqual(buffer.resolution);
    expect(first.reduce((sum, each) => sum + each, 0) / first.length).toBeCloseTo(x.at(-1)! / 2, 3);
  });

  it("leaves out points that do not come later than the last", () => {
    const buffer = new SeriesBuffer(1, 8);
    [1, 2, 2, 1, 3].forEach((x) => buffer.add(x, [x]));
    expect(columns(buffer).x).toEqual([1, 2, 3]);
  });

  it("keeps a gap only where none of the averaged points is known", () => {
    const buffer = new SeriesBuffer(1, 4);
    [null, 4, null, null].forEach((value, x) => buffer.add(x, [value]));
    expect(columns(buffer).first).toEqual([4, NaN]);
  });

  it("is empty again after it was cleared", () => {
    const buffer = filled(100, 8);
    buffer.clear();
    buffer.add(0, [1]);
    expect(columns(buffer)).toEqual({ x: [0], first: [1] });
  });

  it("needs an even capacity", () => {
    expect(() => new SeriesBuffer(1, 7)).toThrow(RangeError);
  });
});
