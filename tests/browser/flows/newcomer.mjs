/** Somebody who has never been here opens the printed link, clicks, and sees a bot learn. */
import { flow } from "../flow.mjs";
import { change } from "../waiting.mjs";

const MOST_CLICKS = 3;

await flow(async ({ facts, visitor, step }) => {
  const owner = await visitor("Owner");
  const did = await owner.countsWhatHeDoes();
  await step("the printed link opens a page that says what to do", async () => {
    await owner.open(facts.link);
    await owner.sees("Welcome to AIBT");
  });
  await step("one click makes a first bot and trains it", async () => {
    await owner.press("Train a first bot");
    await owner.isAt(/ on EURUSD$/);
  });
  await step("the days move, again and again", async () => {
    const days = owner.page.getByTestId("days");
    await change("the day", () => days.innerText());
    await change("the day", () => days.innerText());
  });
  await step(`that took ${MOST_CLICKS} clicks at most, and nothing was typed`, () => {
    const { click: clicks, input: typed } = did;
    if (clicks < 1 || clicks > MOST_CLICKS || typed > 0) {
      throw new Error(`${clicks} clicks, ${typed} times something was typed`);
    }
  });
});
