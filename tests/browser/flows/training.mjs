/** A training from its start to its result, with all that can be done to it on the way. */
import { createHash } from "node:crypto";
import { flow } from "../flow.mjs";
import { eventNumbers, isInState, numbers } from "../run-page.mjs";
import { change, standstill, until } from "../waiting.mjs";

const LOG = "Events";
const MOVING = ["Balance", "Profit", "Trades", "Sum of rewards", "Steps"];

await flow(async ({ facts, visitor, step }) => {
  const grace = await visitor("Grace");
  const days = () => grace.page.getByTestId("days").innerText();
  const readings = async () => `${await days()} days; ${await numbers(grace, MOVING)}`;

  await step("Grace signs up", async () => {
    await grace.signUp(facts.grace);
    await grace.isAt("Home");
  });
  await step("she makes a bot that learns by another algorithm than is usual", async () => {
    await grace.follow("Bots");
    await grace.press("New bot");
    await grace.fillIn({ Name: "Night owl" });
    await grace.picks("DQN");
    await grace.press("Create bot");
    await grace.sees("Night owl is there. Train it next.");
  });
  await step("she starts a training on hourly EURUSD, which she finds by searching", async () => {
    await grace.press("Train Night owl");
    await grace.choose("Symbol", /^EURUSD/, { search: "eurusd" });
    await grace.choose("Bar interval", "1h");
    await grace.fillIn({ "Fewest episodes": 1_000, "Most episodes": 1_000 });
    await grace.press("Start training");
    await grace.isAt("Night owl on EURUSD");
    await isInState(grace, "Running");
    await grace.page.getByText(/of Night owl by DQN, bars of 1h/).waitFor();
  });

  await step("the numbers move", async () => {
    await change("the day", days);
    for (const label of MOVING) await change(label, () => grace.reads(label));
  });
  await step("a position is held", () =>
    until("long or short", async () => /^(Long|Short)/.test(await grace.reads("Position"))),
  );
  await step("the chart moves", async () => {
    const chart = grace.page.getByRole("img", { name: /^Price of EURUSD/ });
    const picture = async () =>
      createHash("md5")
        .update(await chart.screenshot())
        .digest("hex");
    await change("the chart", picture);
  });

  await step("she pauses it, and the numbers stand still", async () => {
    await grace.press("Pause");
    await isInState(grace, "Paused");
    await standstill("a number", readings);
  });
  await step("after a reload it is still paused, and nothing is lost", async () => {
    const before = { numbers: await readings(), events: await eventNumbers(grace, LOG) };
    await grace.reload();
    await isInState(grace, "Paused");
    const after = { numbers: await readings(), events: await eventNumbers(grace, LOG) };
    isSame(before, after);
  });
  await step("she resumes it, and the numbers move again", async () => {
    await grace.press("Resume");
    await isInState(grace, "Running");
    await change("the day", days);
    await change("the steps", () => grace.reads("Steps"));
  });

  await step("she changes how fast it learns, and the log says from which step on", async () => {
    await grace.fillIn({ "Learning rate": 0.0005 });
    await grace.press("Apply");
    await grace.choose("Kind of event", "Change");
    const log = grace.page.getByRole("region", { name: LOG, exact: true });
    await log.getByText(/^Learning rate is 0.0005 from step [\d,]+ on$/).waitFor();
    await grace.choose("Kind of event", "Every kind");
  });
  await step("the first result comes after an episode", () => grace.sees("Buy and hold"));
  await step("she stops it, and is told what that means", async () => {
    await grace.press("Stop");
    await grace.sees("Ends it for good. The best weights and the history stay.");
    await grace.press("Stop training");
    await isInState(grace, "Stopped");
  });
  await step("its result stands beside buying and holding", async () => {
    const results = grace.page.getByRole("region", { name: "Results" });
    const row = results.getByRole("row", { name: /^Return/ });
    const [bot, held] = await row.getByRole("cell").allInnerTexts();
    for (const text of [bot, held]) {
      if (!/^[+−]?[\d.]+%$/.test(text.trim())) throw new Error(`no return: ${text}`);
    }
  });
  await step("its trades are a table, and can be saved", async () => {
    const table = grace.page.getByRole("table", { name: "Trades of EURUSD" });
    const rows = Number(await table.getAttribute("aria-rowcount"));
    const id = new URL(grace.page.url()).searchParams.get("id");
    const { name, text } = await grace.saves("Export CSV");
    const lines = text.trim().split(/\r?\n/);
    isSame([`training-${id}-episode.csv`, rows], [name, lines.length]);
  });
  await step("nothing is missing in its log, to the end", () => eventNumbers(grace, LOG));
});

function isSame(wanted, found) {
  const [one, other] = [wanted, found].map((each) => JSON.stringify(each));
  if (one !== other) throw new Error(`${one} has become ${other}`);
}
