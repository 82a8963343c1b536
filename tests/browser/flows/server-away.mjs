/** The server is killed and started again; a page that was open comes back by itself. */
import { flow } from "../flow.mjs";
import { SERVER_IS_AWAY } from "../guards.mjs";
import { eventNumbers, isInState } from "../run-page.mjs";
import { change, until } from "../waiting.mjs";

const LOG = "Events";

await flow(async ({ facts, visitor, step, ask }) => {
  const ada = await visitor("Ada");
  const days = () => ada.page.getByTestId("days").innerText();
  const isStale = async () => (await ada.page.locator("[data-stale]").count()) > 0;

  await step("Ada looks at her training, which moves", async () => {
    await ada.isSignedInAs(facts.ada);
    await ada.open(`/training?id=${facts.training}`);
    await isInState(ada, "Running");
    await ada.sees("Live");
    await change("the day", days);
  });

  await ask("kill");
  const away = { expected: SERVER_IS_AWAY };
  await step(
    "the page says that the connection is lost, and that what it shows is old",
    async () => {
      await ada.sees("Lost, trying again");
      await ada.sees(/^What is shown is from/);
      await until("what is shown is marked as old", isStale);
    },
    away,
  );

  await ask("start");
  await step(
    "it is live again, and nobody touched it",
    async () => {
      await ada.sees("Live");
      await until("nothing is marked as old", async () => !(await isStale()));
    },
    away,
  );
  await step("the training goes on", async () => {
    await isInState(ada, "Running");
    await change("the day", days);
  });
  await step("the log of events has no gap and no double, and is the server's", async () => {
    await ada.press("Pause");
    await isInState(ada, "Paused");
    const stored = await ask("numbers");
    const shown = await eventNumbers(ada, LOG);
    if (shown.join() !== stored.join()) throw new Error(`${stored} is shown as ${shown}`);
  });
});
