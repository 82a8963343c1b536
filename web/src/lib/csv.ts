export type CsvValue = string | number | boolean | null | undefined;

/** A text that a spreadsheet would take for a formula. */
const formula = /^[=+\-@\t\r\n]/;

function cell(value: CsvValue): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const text = String(value);
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Return the rows as CSV; a text that a spreadsheet would run is preceded by an apostrophe. */
export function csv(header: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return [header, ...rows].map((row) => row.map(cell).join(",") + "\r\n").join("");
}

/** Let the browser save a text or a picture as a file. */
export function saveFile(
  name: string,
  content: string | Blob,
  type = "text/csv;charset=utf-8",
): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
