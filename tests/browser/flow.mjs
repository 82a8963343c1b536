/**
 * A story that is played in real browsers:
 *
 *     await flow(async ({ facts, visitor, step, ask }) => {
 *       const ada = await visitor("Ada");
 *       await step("Ada signs up", () => ada.signUp(facts.ada));
 *       await ask("kill");
 *       await step("the page says so", () => ada.sees("lost"), { expected: SERVER_IS_AWAY });
 *     });
 *
 * After each step nobody's page may have done what no page of ours does (guards.mjs), but for what
 * is `expected`. When a step fails, everybody's page is photographed.
 */
import { readdirSync } from "node:fs";
import { launch } from "./browser.mjs";
import { ask, hangUp, heard, tell } from "./pytest-line.mjs";
import { Visitor } from "./visitor.mjs";

export async function flow(story) {
  const facts = await heard();
  const browser = await launch();
  const visitors = [];
  let current = "the beginning";

  const visitor = async (name, options = {}) => {
    const { url, folder } = facts;
    const seated = await Visitor.seated(browser, { name, url, folder, ...options });
    visitors.push(seated);
    seated.context.on("close", () => visitors.splice(visitors.indexOf(seated), 1));
    return seated;
  };

  const step = async (sentence, act, { expected = [] } = {}) => {
    current = sentence;
    tell({ step: sentence });
    const result = await act();
    await Promise.all(visitors.map((one) => one.hasHeardAll()));
    const faults = visitors.flatMap(({ name, faults }) =>
      faults.take(expected).map((fault) => `in ${name}'s browser: ${fault}`),
    );
    if (faults.length > 0) throw new Error(faults.join("\n"));
    return result;
  };

  try {
    await story({ facts, visitor, step, ask });
    tell({ done: true });
  } catch (error) {
    const addresses = await Promise.all(visitors.map(lastSeen));
    const files = [...addresses, ...readdirSync(facts.folder)];
    tell({ failed: { step: current, message: error.stack, files } });
  } finally {
    await browser.close();
    hangUp();
  }
}

/** Photograph where somebody is, and tell its address. */
async function lastSeen(visitor) {
  const trouble = await visitor.screenshot(`${visitor.name}-failed`).catch(String);
  return `${visitor.name} was at ${visitor.page.url()}${trouble ? ` (${trouble})` : ""}`;
}
