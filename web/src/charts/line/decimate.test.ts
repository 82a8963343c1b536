import { describe, expect, it } from "vitest";
import { decimate, rowsWithin } from "./decimate";

const count = 100_000;
const x = Array.from({ length: count }, (_, index) => index);

describe("decimate", () => {
  it("gives few points back as they are, with gaps as null", () => {
    expect(decimate([1, 2, 3], [[4, null, NaN]])).toEqual({
      x: [1, 2, 3],
      values: [[4, null, null]],
    });
  });

  it("never gives more rows than asked for, and keeps x in order", () => {
    const { x: rows } = decimate(x, [x], 0, count, 4000);
    expect(rows.length).toBeLessThanOrEqual(4000);
    expect(rows.every((value, index) => index === 0 || value >= rows[index - 1]!)).toBe(true);
    expect([rows[0], rows.at(-1)]).toEqual([0, count - 1]);
  });

  it("loses no spike, in whichever series it stands", () => {
    const flat = x.map(() => 1);
    const high = flat.with(54_321, 99);
    const low = flat.with(12_345, -99);
    const { values } = decimate(x, [high, low]);
    expect(Math.max(...values[0]!.map(Number))).toBe(99);
    expect(Math.min(...values[1]!.map(Number))).toBe(-99);
  });

  it("keeps the least and the greatest of a bucket in the order in which they came", () => {
    expect(decimate([0, 1, 2, 3], [[5, 9, 1, 4]], 0, 4, 2).values).toEqual([[9, 1]]);
    expect(decimate([0, 1, 2, 3], [[5, 1, 9, 4]], 0, 4, 2).values).toEqual([[1, 9]]);
  });

  it("leaves a gap only where a bucket has no value at all", () => {
    const column = [null, null, 3, null];
    expect(decimate([0, 1, 2, 3], [column], 0, 4, 4 - 1).values).toEqual([[3, 3]]);
    expect(
      decimate([0, 1, 2, 3, 4, 5], [[1, 1, null, null, 2, 2]], 0, 6, 5).values[0],
    ).toHaveLength(4);
  });

  it("thins out only the part that is looked at", () => {
    const { x: rows } = decimate(x, [x], 500, 600);
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([100, 500, 599]);
  });
});

describe("rowsWithin", () => {
  it("finds the rows of a range, and one more on each side", () => {
    expect(rowsWithin([0, 10, 20, 30, 40, 50], 20, 30)).toEqual([1, 5]);
  });

  it("stays within the rows that there are", () => {
    expect(rowsWithin([0, 10, 20], -5, 99)).toEqual([0, 3]);
    expect(rowsWithin([], 0, 1)).toEqual([0, 0]);
  });
});
