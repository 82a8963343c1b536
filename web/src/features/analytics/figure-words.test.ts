import { expect, it } from "vitest";
import { someFigures } from "@/features/leaderboard/builders";
import schemas from "@/generated/schemas.json";
import { figureGroups } from "./figure-words";

const all = figureGroups.flatMap(({ figures }) => figures);

it("every figure that the platform sends is explained once", () => {
  const sent = Object.keys(schemas.$defs.PerformanceFigures.properties);

  expect(all.flatMap(({ names }) => names).toSorted()).toEqual(sent.toSorted());
});

it("what is not known is a dash, never NaN", () => {
  const unknown = someFigures(
    Object.fromEntries(all.flatMap(({ names }) => names.map((name) => [name, null]))),
  );

  for (const { text } of all) expect(text(unknown)).not.toMatch(/NaN|null|undefined/);
});
