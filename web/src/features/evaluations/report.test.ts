import { describe, expect, it } from "vitest";
import { anAlgorithm, aReport } from "@/features/evaluations/builders";
import { curvesOf, foldLines, medianOf, reportOf } from "@/features/evaluations/report";

describe("a report", () => {
  it("is read where it has all of its parts, and is none otherwise", () => {
    const report = aReport();
    expect(reportOf({ ...report })).toEqual(report);
    expect(reportOf({ ...report, algorithms: undefined })).toBeNull();
    expect(reportOf({ ...report, verdict: null })).toBeNull();
    expect(reportOf({})).toBeNull();
  });

  it("shows algorithms before what needs no learning, and the bound as such", () => {
    const curves = curvesOf(aReport());
    expect(curves.map(({ name, kind }) => [name, kind])).toEqual([
      ["dqn", "algorithm"],
      ["buy_and_hold", "baseline"],
      ["hindsight", "bound"],
    ]);
  });

  it("leaves out a curve that has no point at each of its times", () => {
    const short = anAlgorithm({ pooled_equities: [1, 2] });
    expect(curvesOf(aReport({ algorithms: [short] })).map(({ name }) => name)).not.toContain("dqn");
  });

  it("tells of each test part what the seeds made of it", () => {
    const report = aReport();
    const [first, second] = foldLines(report, anAlgorithm());
    expect(first).toMatchObject({ number: 1, lowest: -0.04, highest: 0.02, buyAndHold: 0.05 });
    expect(first?.median).toBeCloseTo(-0.01);
    expect(second).toMatchObject({ median: 0.1, lowest: 0.1, highest: 0.1, buyAndHold: 0.06 });
  });
});

describe("a median", () => {
  it("is in the middle, of two the mean, and of none not known", () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
    expect(medianOf([])).toBeNull();
  });
});
