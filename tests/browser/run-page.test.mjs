import assert from "node:assert/strict";
import { test } from "node:test";
import { pages } from "./checks/page-of.mjs";
import { eventNumbers, isInState } from "./run-page.mjs";

const pageOf = pages();
const UNTIL = (last) => Array.from({ length: last }, (_, at) => at + 1);

/** A log of these numbers that draws only the lines in sight, as those of our pages do. */
async function visitorOf(numbers) {
  const body = `<div id="log" role="region" aria-label="Events"
    style="height: 200px; overflow-y: auto"><ol></ol></div>`;
  const script = `
    const numbers = ${JSON.stringify(numbers)};
    const log = document.querySelector("#log");
    const list = log.querySelector("ol");
    list.style.cssText = "position: relative; height: " + numbers.length * 20 + "px";
    const draw = () => {
      const first = Math.floor(log.scrollTop / 20);
      list.replaceChildren(...numbers.slice(first, first + 11).map((number, at) => {
        const line = document.createElement("li");
        Object.assign(line.dataset, { seq: number, index: first + at });
        line.style.cssText = "position: absolute; top: " + (first + at) * 20 + "px";
        return line;
      }));
    };
    log.addEventListener("scroll", draw);
    draw();
    log.scrollTop = log.scrollHeight;`;
  return { page: await pageOf(body, { script }) };
}

test("all of a long log is read, of which few lines are drawn", async () => {
  assert.deepEqual(await eventNumbers(await visitorOf(UNTIL(300)), "Events"), UNTIL(300));
});

test("a missing event is found, wherever it is", async () => {
  const visitor = await visitorOf(UNTIL(300).filter((number) => number !== 147));
  await assert.rejects(eventNumbers(visitor, "Events"), /missing before 148/);
});

test("an event that stands there twice is found, however far apart", async () => {
  for (const more of [[150, 151], [3]]) {
    const visitor = await visitorOf([...UNTIL(150), ...more]);
    await assert.rejects(eventNumbers(visitor, "Events"), /twice there are (150|3)$/);
  }
});

test("a log without an event is a fault", async () => {
  await assert.rejects(eventNumbers(await visitorOf([]), "Events"), /nothing stands there/);
});

test("the badge is what stands beside the title", async () => {
  const page = await pageOf(`<span> Paused </span>`);
  await isInState({ page }, "Paused");
});
