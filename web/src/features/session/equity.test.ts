import { describe, expect, it } from "vitest";
import { curveOf, joined, withPoint } from "./equity";

const performance = {
  times: ["1970-01-01T00:00:10Z", "1970-01-01T00:00:20Z", "1970-01-01T00:00:30Z"],
  equities: [1, 2, 3],
  benchmark: [1, 1, 1],
};

describe("an account's curve", () => {
  it("ends at a moment", () => {
    expect(curveOf(performance, 2)).toEqual({ x: [10, 20], equity: [1, 2], benchmark: [1, 1] });
  });

  it("is whole where no moment is chosen, and may have no benchmark", () => {
    const curve = curveOf({ ...performance, benchmark: null }, null);
    expect(curve.equity).toEqual([1, 2, 3]);
    expect(curve.benchmark).toEqual([null, null, null]);
  });

  it("goes on with what comes live", () => {
    const points = [
      { at: 30, equity: 9 },
      { at: 40, equity: 4 },
    ];
    expect(joined(curveOf(performance, null), points)).toMatchObject({
      x: [10, 20, 30, 40],
      equity: [1, 2, 3, 4],
    });
  });
});

describe("the points that come live", () => {
  it("are one for each time, of which the latest counts", () => {
    const points = [10, 20, 20].reduce<{ at: number; equity: number }[]>(
      (before, at, index) => withPoint(before, { at, equity: index }, 0),
      [],
    );
    expect(points).toEqual([
      { at: 10, equity: 0 },
      { at: 20, equity: 2 },
    ]);
  });

  it("leave once they have been read", () => {
    expect(withPoint([{ at: 10, equity: 1 }], { at: 30, equity: 2 }, 20)).toEqual([
      { at: 30, equity: 2 },
    ]);
    expect(withPoint([], { at: 20, equity: 2 }, 20)).toEqual([]);
  });
});
