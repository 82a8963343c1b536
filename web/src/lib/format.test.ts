import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatBytes,
  formatClock,
  formatCompact,
  formatDate,
  formatDuration,
  formatFull,
  formatMoney,
  formatNumber,
  formatPercent,
  formatPrice,
  formatTime,
  priceDigits,
  steady,
} from "./format";

const instant = "2026-03-04T05:21:07Z";

describe("numbers", () => {
  it("what is not known is a dash, in every format", () => {
    for (const nothing of [null, undefined, Number.NaN, ""]) {
      expect(formatMoney(nothing)).toBe("–");
      expect(formatPercent(nothing)).toBe("–");
      expect(formatNumber(nothing)).toBe("–");
      expect(formatPrice(nothing)).toBe("–");
      expect(formatDuration(nothing)).toBe("–");
    }
  });

  it("money has two digits, groups and a true minus", () => {
    expect(formatMoney(12345.6)).toBe("12,345.60");
    expect(formatMoney("-0.005")).toBe("−0.01");
    expect(formatMoney(-0.001)).toBe("0.00");
  });

  it("a signed number has its sign, and zero has none", () => {
    expect(formatMoney(1.2, { sign: true })).toBe("+1.20");
    expect(formatMoney(-1.2, { sign: true })).toBe("−1.20");
    expect(formatMoney(0, { sign: true })).toBe("0.00");
  });

  it("a fraction becomes a percentage", () => {
    expect(formatPercent(0.1234)).toBe("12.34%");
    expect(formatPercent(1, { digits: 0 })).toBe("100%");
  });

  it("currencies have five digits, shares two", () => {
    expect(formatPrice(1.08452)).toBe("1.08452");
    expect(formatPrice(2745.3)).toBe("2,745.30");
    expect(formatPrice(0.00001234)).toBe("0.00001234");
  });

  it("a series' digits are those of its most exact price", () => {
    expect(priceDigits([1.1, 1.08452, 1.2])).toBe(5);
    expect(priceDigits([151.25, 151.3])).toBe(2);
    expect(priceDigits([])).toBe(2);
  });

  it("prices that floating point has smeared have the digits of their size", () => {
    expect(priceDigits([100 / 3, 200 / 3])).toBe(2);
    expect(priceDigits([2269.1499, 2270.75])).toBe(2);
    expect(priceDigits([110.123, 110.2])).toBe(3);
  });

  it("a number that changes all the time keeps its length", () => {
    expect(steady("7%", 4)).toBe("\u2007\u20077%");
    expect(steady("100%", 4)).toBe("100%");
  });

  it("numbers keep the digits that tell something", () => {
    expect(formatNumber(1234567)).toBe("1,234,567");
    expect(formatNumber(0.000123456)).toBe("0.0001235");
    expect(formatNumber(1.23456)).toBe("1.235");
    expect(formatCompact(12_400)).toBe("12.4K");
    expect(formatBytes(1_540_000)).toBe("1.5 MB");
  });
});

describe("times", () => {
  it("a span has its two largest units", () => {
    expect(formatDuration(192)).toBe("3 min 12 s");
    expect(formatDuration(3600)).toBe("1 h");
    expect(formatDuration(90_061)).toBe("1 d 1 h");
    expect(formatDuration(0.25)).toBe("250 ms");
    expect(formatDuration(59.7)).toBe("1 min");
    expect(formatDuration(9.97)).toBe("10 s");
  });

  it("an age has its largest unit", () => {
    const now = Date.parse(instant);
    expect(formatAge(now - 5_400, now)).toBe("5 s ago");
    expect(formatAge(now - 7_200_000, now)).toBe("2 h ago");
    expect(formatAge(now + 1_000, now)).toBe("now");
    expect(formatAge(null, now)).toBe("–");
  });

  it("dates are written as ISO does, in the zone that is asked for", () => {
    expect(formatDate(instant)).toBe("2026-03-04");
    expect(formatTime(instant)).toBe("2026-03-04 05:21");
    expect(formatTime(instant, "utc", { seconds: true })).toBe("2026-03-04 05:21:07");
    expect(formatClock(instant)).toBe("05:21:07");
    expect(formatFull(instant)).toBe("2026-03-04 05:21:07 UTC");
    expect(formatDate("no date")).toBe("–");
  });
});
