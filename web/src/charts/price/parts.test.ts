import { describe, expect, it } from "vitest";
import { labelPlaces, partsOf } from "./parts";

describe("partsOf", () => {
  it("names what is trained on, what is validated and what is out of sample", () => {
    expect(partsOf(100, 80, [64, 78]).map(({ label, from, to }) => [label, from, to])).toEqual([
      ["Training", 0, 64],
      ["Validation", 64, 78],
      ["Out of sample", 80, 100],
    ]);
  });

  it("leaves out what is empty, and everything where nothing is split", () => {
    expect(partsOf(100, 100).map(({ label }) => label)).toEqual(["Training"]);
    expect(partsOf(100)).toEqual([]);
  });
});

describe("labelPlaces", () => {
  const stretch = (left: number, right: number, label = 50) => ({ left, right, label });

  it("puts labels in one row where each fits", () => {
    const places = labelPlaces([stretch(-100, 200), stretch(200, 400)], 400);
    expect(places).toEqual([
      { x: 6, row: 0 },
      { x: 206, row: 0 },
    ]);
  });

  it("gives each a row of its own, inside the chart, where one does not fit", () => {
    const places = labelPlaces([stretch(0, 340), stretch(340, 360), stretch(360, 400, 80)], 400);
    expect(places).toEqual([
      { x: 6, row: 0 },
      { x: 344, row: 1 },
      { x: 314, row: 2 },
    ]);
  });
});
