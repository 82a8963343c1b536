/** What the pages of a training and of a session have in common: a badge, numbers and a log. */
import { until } from "./waiting.mjs";

/** Wait until the badge beside the title says this. */
export function isInState(visitor, word) {
  const badge = visitor.page.locator("h1 + *");
  return until(`the badge says ${word}`, async () => (await badge.innerText()).trim() === word);
}

/** Read several numbers of the page at once, as one text to compare. */
export async function numbers(visitor, labels) {
  const read = await Promise.all(labels.map((label) => visitor.reads(label)));
  return labels.map((label, at) => `${label} ${read[at]}`).join("; ");
}

/**
 * Go through a whole log from its top to its end, and return the numbers of its events.
 *
 * @throws {Error} where one stands there twice, or one is missing
 */
export async function eventNumbers(visitor, log) {
  const { found, doubles } = await visitor.page
    .getByRole("region", { name: log, exact: true })
    .evaluate(async (scroller) => {
      const rows = new Map();
      const twice = new Set();
      const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
      scroller.scrollTop = 0;
      for (let isAtEnd = false; !isAtEnd;) {
        await drawn();
        await drawn();
        for (const event of scroller.querySelectorAll("[data-seq]")) {
          const seq = Number(event.dataset.seq);
          const row = event.closest("[data-index]").dataset.index;
          if (rows.has(seq) && rows.get(seq) !== row) twice.add(seq);
          rows.set(seq, row);
        }
        isAtEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1;
        scroller.scrollTop += scroller.clientHeight / 2;
      }
      return { found: [...rows.keys()].sort((a, b) => a - b), doubles: [...twice] };
    });
  const gaps = found.filter((seq, at) => at > 0 && seq !== found[at - 1] + 1);
  if (found.length === 0) throw new Error(`${log}: nothing stands there`);
  if (doubles.length > 0) throw new Error(`${log}: twice there are ${doubles}`);
  if (gaps.length > 0) throw new Error(`${log}: something is missing before ${gaps}`);
  return found;
}
