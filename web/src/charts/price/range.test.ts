import { describe, expect, it } from "vitest";
import { followed, zoomed } from "./range";

describe("zoomed", () => {
  it("keeps the middle", () => {
    expect(zoomed({ from: 400, to: 600 }, 0.5, 1000)).toEqual({ from: 450, to: 550 });
  });

  it("stays inside the bars", () => {
    expect(zoomed({ from: 0, to: 200 }, 2, 1000)).toEqual({ from: -0.5, to: 399.5 });
    expect(zoomed({ from: 0, to: 900 }, 4, 1000)).toEqual({ from: -0.5, to: 999.5 });
  });
});

describe("followed", () => {
  it("stays where the bar is in view", () => {
    expect(followed({ from: 0, to: 100 }, 50)).toBeNull();
  });

  it("goes on with a bar that leaves to the right, and back with one that starts again", () => {
    expect(followed({ from: 0, to: 100 }, 98)).toEqual({ from: 18, to: 118 });
    expect(followed({ from: 500, to: 600 }, 3)).toEqual({ from: -0.5, to: 99.5 });
  });
});
