/** An entry of a numbered list whose decisions never go back. */
export interface Numbered {
  seq: number;
  step: number | null;
}

export type ReadPage = (after: number, limit: number) => Promise<readonly Numbered[]>;

const PROBE = 12;
const NEAR = 100;

/**
 * Return a number after which a decision's first entry comes soon, by bisection over pages.
 *
 * @param last number of the last entry; null: not known
 */
export async function numberBefore(
  step: number,
  read: ReadPage,
  last: number | null,
): Promise<number> {
  let low = 0;
  let high = last ?? (await firstBeyond(step, read));
  while (high - low > NEAR) {
    const middle = Math.floor((low + high) / 2);
    const found = await probe(read, middle);
    if (found === null || found.step >= step) high = middle;
    else if (found.seq >= high) break;
    else low = found.seq;
  }
  return low;
}

async function firstBeyond(step: number, read: ReadPage): Promise<number> {
  for (let after = 1024; ; after *= 2) {
    const found = await probe(read, after);
    if (found === null || found.step >= step) return after;
  }
}

/** The first entry after a number that says its decision; null where none comes. */
async function probe(read: ReadPage, after: number): Promise<{ seq: number; step: number } | null> {
  for (;;) {
    const page = await read(after, PROBE);
    for (const { seq, step } of page) if (step !== null) return { seq, step };
    const last = page.at(-1);
    if (last === undefined || page.length < PROBE) return null;
    after = last.seq;
  }
}
