/** Takes a picture of every view, in both themes and both sizes, and writes an index of them. */
import { createRequire } from "node:module";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SIZES, THEMES } from "./browser.mjs";
import { flow } from "./flow.mjs";
import { tell } from "./pytest-line.mjs";
import { show, views } from "./views.mjs";

const sharp = createRequire(new URL("../../web/package.json", import.meta.url))("sharp");
const COLOURS = 128;
const HIGHEST = 1_800;

await flow(async ({ facts, visitor, step }) => {
  const chosen = views.filter(({ name }) => !facts.only?.length || facts.only.includes(name));
  mkdirSync(facts.into, { recursive: true });
  if (chosen.length === views.length) clear(facts.into);
  for (const view of chosen) {
    for (const size of Object.keys(SIZES)) {
      for (const theme of THEMES) {
        const somebody = await visitor(`${view.name}-${theme}-${size}`, { size, theme });
        const picture = async () => {
          await show(somebody, view, facts);
          await taken(somebody, join(facts.into, `${somebody.name}.png`), SIZES[size].viewport);
        };
        await step(somebody.name, picture, { expected: [/./] }); // faults are the tests' matter
        await view.restore(somebody, facts);
        await somebody.leaves();
      }
    }
  }
  writeFileSync(join(facts.into, "README.md"), index(facts.into));
  tell({ megabytes: bytesIn(facts.into) / 1e6, views: chosen.length });
});

/** Picture the whole page, up to a limit, as if the window were so high. */
async function taken(visitor, path, { width, height }) {
  const whole = await visitor.page.evaluate(() => document.documentElement.scrollHeight);
  if (whole > height) {
    await visitor.page.setViewportSize({ width, height: Math.min(whole, HIGHEST) });
    await visitor.settled();
  }
  const picture = await visitor.page.screenshot({ animations: "disabled" });
  await sharp(picture).png({ palette: true, colours: COLOURS, effort: 10 }).toFile(path);
}

function clear(folder) {
  for (const file of readdirSync(folder)) {
    if (file.endsWith(".png")) rmSync(join(folder, file));
  }
}

function bytesIn(folder) {
  return readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

function index(folder) {
  const there = new Set(readdirSync(folder));
  const kinds = Object.keys(SIZES).flatMap((size) => THEMES.map((theme) => `${theme}-${size}`));
  const parts = views
    .filter(({ name }) => there.has(`${name}-${kinds[0]}.png`))
    .map(({ name, route }) => {
      const links = kinds.map((kind) => `[${kind.replace("-", ", ")}](${name}-${kind}.png)`);
      const address = route.startsWith("/no-") ? "no page of ours" : `\`${route}\``;
      return `## ${name}\n\n${address}: ${links.join(" · ")}\n\n![${name}](${name}-light-desktop.png)\n`;
    });
  return `# Every view\n\nMade by \`make screenshots\`; change nothing here by hand.\n\n${parts.join("\n")}`;
}
