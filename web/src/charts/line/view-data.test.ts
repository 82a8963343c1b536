import { expect, it } from "vitest";
import { viewData } from "./view-data";

const data = {
  x: [1, 2, 3],
  values: [[-1, 10, 100]],
  bands: [{ low: [-2, 9, 90], high: [0, 11, 110] }],
};

it("gives each series four columns: raw, smoothed, and its bounds", () => {
  const [x, raw, smoothed, high, low] = viewData(data, { smoothing: 0, log: false, range: null });
  expect(x).toEqual([1, 2, 3]);
  expect(raw).toEqual([null, null, null]);
  expect(smoothed).toEqual([-1, 10, 100]);
  expect([high, low]).toEqual([data.bands[0]!.high, data.bands[0]!.low]);
});

it("shows the raw values behind smoothed ones", () => {
  const [, raw, smoothed] = viewData(data, { smoothing: 0.5, log: false, range: null });
  expect(raw).toEqual([-1, 10, 100]);
  expect(smoothed![2]).not.toBe(100);
});

it("has gaps on a log scale where a value is not above zero", () => {
  const [, , values] = viewData(data, { smoothing: 0, log: true, range: null });
  expect(values).toEqual([null, 10, 100]);
});

it("smooths before it cuts, so that zooming does not change the curve", () => {
  const whole = viewData(data, { smoothing: 0.9, log: false, range: null });
  const part = viewData(data, { smoothing: 0.9, log: false, range: { min: 3, max: 3 } });
  expect(part[2]!.at(-1)).toBe(whole[2]!.at(-1));
});
