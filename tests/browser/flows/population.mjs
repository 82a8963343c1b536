/** A population from its start to its end: its scores, what the search is told, one member, all. */
import { flow } from "../flow.mjs";
import { isInState } from "../run-page.mjs";
import { change, until } from "../waiting.mjs";

const MEMBERS = 3;
const STEPS = "Steps of the search";

await flow(async ({ facts, visitor, step }) => {
  const ada = await visitor("Ada");
  const table = ada.page.getByRole("table", { name: "Members" });
  const row = (member) => table.getByRole("row", { name: `Tides ${member}` });
  const shows = (member, text) => row(member).getByText(text, { exact: true }).waitFor();
  const scores = async () => {
    const headers = await table.getByRole("columnheader").allInnerTexts();
    const column = headers.findIndex((header) => header.trim().startsWith("Score"));
    const cells = await Promise.all(
      Array.from({ length: MEMBERS }, (_, at) =>
        row(at + 1)
          .getByRole("cell")
          .allInnerTexts(),
      ),
    );
    return cells.map((texts) => texts.at(column - headers.length).trim());
  };
  const mark = async (member, deed, word) => {
    await ada.press(`Select member ${member}`);
    await ada.press(deed);
    await shows(member, word);
  };
  const told = (sentence) =>
    ada.page
      .getByRole("region", { name: STEPS, exact: true })
      .getByText(sentence)
      .first()
      .waitFor();

  await step("Ada signs up", async () => {
    await ada.signUp(facts.ada);
    await ada.isAt("Home");
  });
  await step("she starts a population whose members search together", async () => {
    await ada.follow("Populations");
    await ada.sees("No populations yet");
    await ada.press("Start a population");
    await ada.fillIn({
      Members: MEMBERS,
      "Most episodes": 100_000,
      "Fewest episodes": 100_000,
    });
    await ada.fillIn({ "Between two looks": 2 });
    await ada.press("Start population");
    await ada.isAt("Tides");
    await isInState(ada, "Running");
  });

  await step("each member has a score, and one of them is the best", async () => {
    await until("a score of each", async () =>
      (await scores()).every((score) => /^[+−]?\d+\.\d+$/.test(score)),
    );
    await until("the best", async () => /^Member \d$/.test(await ada.reads("Best on validation")));
  });
  await step("the search takes steps, each of which is told", async () => {
    await change("the steps", () => ada.reads("Search steps"));
    await told(/^Member \d (takes over what member \d|goes on with what it) has learned/);
  });
  await step("she pins one", async () => {
    await mark(1, "Pin", "Pinned");
    await told("Member 1 is pinned.");
  });
  await step("she excludes another", async () => {
    await mark(2, "Exclude", "Excluded");
    await told("Member 2 is excluded.");
  });

  await step("she stops one on its own page, which is that of a training", async () => {
    await ada.follow("Member 3");
    await ada.isAt("Tides 3 on EURUSD");
    await ada.page.getByRole("link", { name: /^member 3 of population \d+$/ }).waitFor();
    await isInState(ada, "Running");
    await ada.press("Stop");
    await ada.press("Stop training");
    await isInState(ada, "Stopped");
  });
  await step("the others learn on", async () => {
    await ada.page.goBack();
    await isInState(ada, "Running");
    await shows(3, "Stopped");
    await ada.sees("2 have not ended");
    await change("the second one", () => row(2).innerText());
  });
  await step("a reload shows what was said to the search", async () => {
    await ada.reload();
    await shows(1, "Pinned");
    await shows(2, "Excluded");
    await told("Member 1 is pinned.");
  });

  await step("she stops all, and is told what that means", async () => {
    await ada.press("Stop");
    await ada.sees("Every member ends for good. Their best weights and histories stay.");
    await ada.press("Stop Tides");
    await isInState(ada, "Stopped");
    await ada.sees("0 have not ended");
    for (const member of [1, 2, 3]) await shows(member, "Stopped");
  });
  await step("its bots are her own, and say whose members they are", async () => {
    await ada.follow("Tides 2");
    await ada.isAt("Tides 2");
    await ada.follow(/^member 2 of population \d+$/);
    await ada.isAt("Tides");
    await ada.follow("Bots");
    for (const member of [1, 2, 3]) await ada.sees(`Tides ${member}`);
  });
});
