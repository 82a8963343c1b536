/** Looks at one view, in both themes and both sizes, and finds nothing wrong with it. */
import { SIZES, THEMES } from "./browser.mjs";
import { faultsOf } from "./checks/all.mjs";
import { flow } from "./flow.mjs";
import { show, views } from "./views.mjs";

await flow(async ({ facts, visitor, step }) => {
  const view = views.find(({ name }) => name === facts.view);
  const found = [];
  for (const size of Object.keys(SIZES)) {
    for (const theme of THEMES) {
      const looks = `${size}-${theme}`;
      const somebody = await visitor(looks, { size, theme });
      await step(`${view.name} opens (${looks})`, () => show(somebody, view, facts), view);
      const faults = await faultsOf(somebody.page, { size });
      if (faults.length > 0) await somebody.screenshot();
      found.push(...faults.map((fault) => `${looks}: ${fault}`));
      await view.restore(somebody, facts);
      await somebody.leaves();
    }
  }
  await step(`${view.name} is as it should be`, () => {
    if (found.length > 0) throw new Error(`\n${found.join("\n")}`);
  });
});
