/** Plays what the facts ask for, on one made-up page: for the tests of the stage itself. */
import { flow } from "../flow.mjs";
import { SERVER_IS_AWAY } from "../guards.mjs";
import { change, standstill } from "../waiting.mjs";

const stories = {
  async well({ visitor, step, ask, facts }) {
    const ada = await visitor("Ada");
    await step("Ada opens the page", () => ada.open("/"));
    await step("she is where she wanted to be", () => ada.isAt("A made-up page"));
    await step("the days move", () => change("days", () => ada.reads("Days")));
    await step("she pauses", () => ada.press("Pause"));
    await step("the days stand still", () => standstill("days", () => ada.reads("Days")));
    const answer = await ask("add", { one: facts.one, other: 2 });
    await step("the sum is right", () => ada.sees(`Sum ${answer}`));
  },
  async badly({ visitor, step }) {
    const ada = await visitor("Ada");
    await step("Ada opens the page", () => ada.open("/"));
    await step("she sees what is not there", () => ada.sees("Nothing", { within: 500 }));
  },
  async loudly({ visitor, step }) {
    const ada = await visitor("Ada");
    await step("Ada opens the page", () => ada.open("/"));
    await step("she presses what breaks", () => ada.press("Break"));
  },
  async away({ visitor, step, ask }) {
    const ada = await visitor("Ada");
    await step("Ada opens the page", () => ada.open("/"));
    await ask("kill");
    await step("she asks in vain", () => ada.press("Ask"), { expected: SERVER_IS_AWAY });
    await step("and sees it", () => ada.sees("Away"), { expected: SERVER_IS_AWAY });
  },
  async forever({ step }) {
    await step("nothing ever happens", () => new Promise((resolve) => setTimeout(resolve, 1e6)));
  },
  async curious({ step, ask }) {
    await step("it asks what nobody knows", () => ask("weather"));
  },
};

await flow((given) => stories[given.facts.story](given));
