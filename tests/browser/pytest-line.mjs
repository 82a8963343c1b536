/** The line to pytest, which started us: a JSON object on each line of stdin and stdout. */
import { createInterface } from "node:readline";

const reader = createInterface({ input: process.stdin });
const lines = reader[Symbol.asyncIterator]();

export function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Return what the next line says; the first one has the facts of the story. */
export async function heard() {
  const { value, done } = await lines.next();
  if (done) throw new Error("pytest has hung up");
  return JSON.parse(value);
}

/** Have pytest do what only it can, such as killing the server; return what it answers. */
export async function ask(what, given = {}) {
  tell({ ask: what, given });
  const { answer, error } = await heard();
  if (error) throw new Error(`${what}: ${error}`);
  return answer;
}

export function hangUp() {
  reader.close();
}
