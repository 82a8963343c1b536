/** All that is looked for on a view that has come to rest. */
import { axe } from "./axe.mjs";
import { cutText } from "./cut-text.mjs";
import { horizontalScroll } from "./horizontal-scroll.mjs";
import { layoutShift } from "./layout-shift.mjs";
import { overlaps } from "./overlaps.mjs";
import { touchTargets } from "./touch-targets.mjs";

/** Return the faults of a page as sentences, each with the name of the check before it. */
export async function faultsOf(page, { size }) {
  const checks = { layoutShift, horizontalScroll, cutText, overlaps, axe }; // the shift: before all
  if (size === "phone") checks.touchTargets = touchTargets;
  const faults = [];
  for (const [name, check] of Object.entries(checks)) {
    faults.push(...(await check(page)).map((fault) => `${name}: ${fault}`));
  }
  return faults;
}
