import { describe, expect, it } from "vitest";
import { aMember } from "@/features/populations/builders";
import {
  bestOf,
  happeningsOf,
  stepText,
  toldText,
  type StepTaken,
} from "@/features/populations/population";

const STEP: StepTaken = {
  id: 3,
  number: 1,
  kind: "exploit",
  member: 1,
  source: 2,
  episode: 10,
  step: 4_000,
  changes: { lr: 0.002 },
  scores: { "1": 0.1, "2": 0.3 },
};

describe("what happens to a population", () => {
  it("is told in sentences", () => {
    expect(stepText(STEP)).toBe(
      "Member 1 takes over what member 2 has learned; from now on learning rate 0.002",
    );
    expect(stepText({ ...STEP, kind: "explore", source: null, changes: {} })).toBe(
      "Member 1 goes on with what it has learned",
    );
    expect(toldText({ id: 3, searching: false, members: [] })).toBe("The search rests");
    expect(toldText({ id: 3, members: [2, 5], mark: "pinned" })).toBe("Members 2, 5 are pinned");
    expect(toldText({ id: 3, searching: true, members: [2], mark: "free" })).toBe(
      "The search goes on; Member 2 is free",
    );
  });

  it("is shown the newest first, without what is of no interest here", () => {
    const found = happeningsOf([
      { seq: 1, kind: "step", data: STEP },
      { seq: 2, kind: "state", data: { id: 3, state: "running" } },
      { seq: 3, kind: "search", data: { id: 3, searching: false } },
    ]);
    expect(found.map(({ seq }) => seq)).toEqual([3, 1]);
  });
});

describe("the best member", () => {
  it("has the highest score, and is nobody before one is evaluated", () => {
    const members = [aMember({ member: 1 }), aMember({ member: 2, score: -0.1 })];
    expect(bestOf(members)?.member).toBe(2);
    expect(bestOf([...members, aMember({ member: 3, score: 0.2 })])?.member).toBe(3);
    expect(bestOf(members.slice(0, 1))).toBeNull();
  });
});
