import type { PopulationEvent } from "@/api/feeds/population-feed";
import type { Schema } from "@/api/types";
import { names } from "@/lib/parameter-names";
import { formatNumber } from "@/lib/format";

export type Population = Schema<"PopulationMessage">;
export type Member = Schema<"MemberMessage">;
export type Mark = Member["mark"];
export type StepTaken = Schema<"StepTakenMessage">;
export type Told = Schema<"SearchMessage">;

/** Something that happened to a population, with its number. */
export type Happening = Extract<PopulationEvent, { kind: "step" | "search" }>;

/** What of the events a page shows, the newest first. */
export function happeningsOf(events: readonly PopulationEvent[]): Happening[] {
  return events
    .filter((event) => event.kind === "step" || event.kind === "search")
    .toSorted((one, other) => other.seq - one.seq);
}

/** One step of the search in a sentence. */
export function stepText({ kind, member, source, changes }: StepTaken): string {
  const now = Object.entries(changes)
    .map(([name, value]) => `${(names[name]?.label ?? name).toLowerCase()} ${formatNumber(value)}`)
    .join(", ");
  const ending = now === "" ? "" : `; from now on ${now}`;
  return kind === "exploit"
    ? `Member ${member} takes over what member ${source} has learned${ending}`
    : `Member ${member} goes on with what it has learned${ending}`;
}

/** What a person told the search, in a sentence. */
export function toldText({ searching, members = [], mark }: Told): string {
  const said: string[] = [];
  if (typeof searching === "boolean")
    said.push(searching ? "The search goes on" : "The search rests");
  if (mark && members.length > 0) {
    const who =
      members.length === 1 ? `Member ${members[0]} is` : `Members ${members.join(", ")} are`;
    said.push(`${who} ${MARKS[mark].word.toLowerCase()}`);
  }
  return said.join("; ");
}

/** What each mark means. */
export const MARKS: Record<Mark, { word: string; meaning: string }> = {
  free: { word: "Free", meaning: "May copy another, and be copied from" },
  pinned: { word: "Pinned", meaning: "Is never overwritten; others may copy it" },
  excluded: { word: "Excluded", meaning: "Neither copies nor is copied from" },
};

/** The member whose weights are best on validation, or null where none is evaluated. */
export function bestOf(members: readonly Member[]): Member | null {
  let best: Member | null = null;
  for (const each of members) {
    if (each.score !== null && (best?.score ?? -Infinity) < each.score) best = each;
  }
  return best;
}
