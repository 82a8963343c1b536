/** A session of an agent, from the agent's making to its end, with a provider that really streams. */
import { flow } from "../flow.mjs";
import { eventNumbers, isInState, numbers } from "../run-page.mjs";
import { change, standstill, until } from "../waiting.mjs";

const LOG = "Decisions of the session";
const ACCOUNT = ["Equity", "Profit", "Cash", "Fills"];

await flow(async ({ facts, visitor, step }) => {
  const ada = await visitor("Ada");
  const log = ada.page.getByRole("region", { name: LOG, exact: true });
  const span = () => ada.page.getByText(/^Events [\d,]+ to [\d,]+$/).innerText();
  const account = () => numbers(ada, ACCOUNT);
  const standing = async () => ({
    numbers: await numbers(ada, [...ACCOUNT, "Tokens in / out"]),
    events: await eventNumbers(ada, LOG),
  });

  await step("Ada signs up", async () => {
    await ada.signUp(facts.ada);
    await ada.isAt("Home");
  });
  await step("she makes an agent with a model that the provider lists", async () => {
    await ada.follow("Agents");
    await ada.follow("New agent");
    await ada.fillIn({ Name: "Careful" });
    await ada.choose("Model", /^fake\/model/, { search: "fake" });
    await ada.press("Create agent");
    await ada.isAt("Careful");
  });
  await step("she lets it trade over 2017", async () => {
    await ada.press("2017");
    await ada.press("Start session");
    await ada.isAt(/^Session \d+ of Careful$/);
    await isInState(ada, "Running");
  });

  await step("what it says comes while it is said", () => {
    const saying = ada.page.getByRole("region", { name: "What the model is saying just now" });
    return until("a part of it", async () => {
      const text = (await saying.innerText()).trim();
      return facts.thoughts.some((thought) => thought !== text && thought.startsWith(text)) && text;
    });
  });
  await step("thoughts, calls of tools and fills stand there as they come", async () => {
    for (const thought of facts.thoughts) await log.getByText(thought).first().waitFor();
    await log.getByText("Buy 50% of equity in GOOGL").first().waitFor();
    await log
      .getByText(/^Bought [\d,.]+ GOOGL at/)
      .first()
      .waitFor();
    await log
      .getByText(/^Sold [\d,.]+ GOOGL at/)
      .first()
      .waitFor();
    for (const label of ["Equity", "Fills"]) await change(label, () => ada.reads(label));
  });

  await step("she pauses it, and the account stands still", async () => {
    await ada.press("Pause");
    await isInState(ada, "Paused");
    await standstill("the account", account);
  });
  await step("the answer under way is read to its end", () =>
    ada.sees("The model is not speaking."),
  );
  await step("after a reload it is still paused, and nothing is lost", async () => {
    const before = await standing();
    await ada.reload();
    await isInState(ada, "Paused");
    const after = await standing();
    const [was, is] = [before, after].map((each) => JSON.stringify(each));
    if (was !== is) throw new Error(`${was} has become ${is}`);
  });
  await step("she resumes it, and it goes on", async () => {
    await ada.press("Resume");
    await isInState(ada, "Running");
    await change("the events", span);
    await change("the fills", () => ada.reads("Fills"));
  });
  await step("she stops it, and is told what that means", async () => {
    await ada.press("Stop");
    await ada.sees(/^The session ends for good/);
    await ada.press("Stop the session");
    await isInState(ada, "Stopped");
  });
  await step("nothing is missing among its events, and none is there twice", async () => {
    const [first] = await eventNumbers(ada, LOG);
    if (first !== 1) throw new Error(`the first one is ${first}`);
  });
  await step("each fill stands in the table", () => {
    const table = ada.page.getByRole("table", { name: "Fills of the session" });
    return until("a row for each", async () => {
      const rows = Number(await table.getAttribute("aria-rowcount")) - 1;
      return String(rows) === (await ada.reads("Fills"));
    });
  });
});
