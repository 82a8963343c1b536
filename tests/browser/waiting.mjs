/** Waiting for what must come true. Nothing here sleeps for its own sake. */
import { setTimeout as pause } from "node:timers/promises";
import { PATIENCE_MS } from "./browser.mjs";

const LOOK_MS = 100;

/** Look until `read` returns something true, and return it. */
export async function until(what, read, { within = PATIENCE_MS } = {}) {
  const deadline = Date.now() + within;
  let last;
  while (Date.now() < deadline) {
    last = await read();
    if (last) return last;
    await pause(LOOK_MS);
  }
  throw new Error(`not within ${within / 1000} s: ${what} (last: ${JSON.stringify(last)})`);
}

/** Look until `read` returns something else than now, and return that. */
export async function change(what, read, options) {
  const before = await read();
  let now = before;
  const hasChanged = async () => (now = await read()) !== before;
  await until(`${what} changes from ${JSON.stringify(before)}`, hasChanged, options);
  return now;
}

/** Look again and again for so long, and fail as soon as `read` returns something else than first. */
export async function standstill(what, read, { during = 2_000 } = {}) {
  const before = await read();
  const deadline = Date.now() + during;
  while (Date.now() < deadline) {
    const now = await read();
    if (now !== before) throw new Error(`${what} went from ${before} to ${now}`);
    await pause(LOOK_MS);
  }
  return before;
}
