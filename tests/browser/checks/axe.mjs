/** axe finds nothing that would hinder somebody: WCAG 2.1 A and AA, and good practice. */
import { axeSource } from "../browser.mjs";

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Return a sentence for each element that breaks a rule. The page's own CSP stays on. */
export async function axe(page) {
  await page.evaluate(axeSource); // what the debugger evaluates is not held to the page's CSP
  const violations = await page.evaluate(async (values) => {
    const { violations: found } = await window.axe.run(document, {
      runOnly: { type: "tag", values },
      resultTypes: ["violations"],
    });
    return found;
  }, STANDARDS);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => {
      const why = failureSummary
        .replace(/\s+/g, " ")
        .replace(/^Fix (any|all) of the following: /, "");
      return `${id} at ${target.flat().join(" ")}: ${why}`;
    }),
  );
}
