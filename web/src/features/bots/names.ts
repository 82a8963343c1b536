import { fault, parameter } from "@/lib/parameters";

const FIRST = ["Ada", "Bell", "Curie", "Darwin", "Euler", "Fermat", "Gauss", "Hypatia"];
const LONGEST = 64;

/** Return a name that none of these bots has. */
export function freeName(taken: readonly string[]): string {
  const names = canonicalNames(taken);
  return FIRST.find((name) => !names.has(name)) ?? numbered("Bot", names);
}

/** Return a free name for a copy of this bot: Ada, Ada 2, Ada 3. */
export function copyName(name: string, taken: readonly string[]): string {
  return numbered(name.replace(/ \d+$/, ""), canonicalNames(taken));
}

/** Return what is wrong with the name of a bot beside these others, or null. */
export function nameFault(text: string, taken: readonly string[]): string | null {
  const found = fault(parameter("BotsCreate", "name"), text);
  if (found !== null) return found;
  const name = canonical(text);
  return canonicalNames(taken).has(name) ? `You have a bot named ${name} already.` : null;
}

function numbered(stem: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number += 1) {
    const end = ` ${number}`;
    const name = [...stem].slice(0, LONGEST - end.length).join("") + end;
    if (!taken.has(canonical(name))) return name;
  }
}

function canonicalNames(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map(canonical));
}

/** The server's form of a name. */
function canonical(name: string): string {
  return name.trim().normalize("NFKC");
}
