import { describe, expect, it } from "vitest";
import { PURGE, sizeOf, splitFault, splitOf, WARM_UP } from "@/features/start-training/split";

describe("the split of the bars", () => {
  it("divides a year of hours as the platform does", () => {
    expect(splitOf(6_225, 80)).toEqual({
      training: { from: 32, to: 3_951 },
      validation: { from: 3_984, to: 4_980 },
      outOfSample: { from: 5_013, to: 6_225 },
      index: 4_980,
    });
  });

  it("leaves out the warm-up and what lies between the parts", () => {
    for (let percentage = 10; percentage < 99; percentage += 1) {
      const { training, validation, outOfSample } = splitOf(5_031, percentage);
      expect(training.from).toBe(WARM_UP);
      expect(validation.from - training.to).toBe(PURGE);
      expect(outOfSample.from - validation.to).toBe(PURGE);
      expect(outOfSample.to).toBe(5_031);
    }
  });

  it("never has a part of less than nothing", () => {
    for (const bars of [0, 1, 40, 100]) {
      for (const percentage of [1, 50, 99]) {
        const { training, validation, outOfSample } = splitOf(bars, percentage);
        for (const part of [training, validation, outOfSample]) {
          expect(sizeOf(part)).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });

  it("is refused where a part has too few bars", () => {
    expect(splitFault(6_225, 80)).toBeNull();
    expect(splitFault(6_225, 1)).toBe(
      "This leaves 0 of 6225 bars for training; more than 8 are needed.",
    );
    expect(splitFault(200, 90)).toContain("out of sample");
  });
});
