/** A symbol as the platform writes it: in capitals. */
export function canonicalSymbol(text: string): string {
  return text.normalize("NFKC").toUpperCase();
}

/** The symbols of a text with commas, semicolons, spaces or line breaks between them; none twice. */
export function symbolsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).flatMap((each) => canonicalSymbol(each) || []))];
}

/** The first symbols, and how many there are beside them. */
export function shortUniverse(universe: readonly string[], shown = 3): string {
  const rest = universe.length - shown;
  const first = universe.slice(0, shown).join(", ");
  return rest > 0 ? `${first} and ${rest} more` : first;
}
