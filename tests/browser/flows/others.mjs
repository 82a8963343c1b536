/** What is Ada's is nobody else's, but for the administrator, who sees all and may stop it. */
import { flow } from "../flow.mjs";
import { isInState } from "../run-page.mjs";
import { until } from "../waiting.mjs";

const BOT = "Night owl";
const AGENT = "Careful";
const EMPTY = [
  ["/", "Welcome to AIBT"],
  ["/bots", "You have no bots yet"],
  ["/trainings", "No trainings yet"],
  ["/agents", "You have no agents yet"],
];

await flow(async ({ facts, visitor, step }) => {
  const ada = await visitor("Ada");
  await step("Ada looks at her training", async () => {
    await ada.isSignedInAs(facts.ada);
    await ada.open(`/training?id=${facts.training}`);
    await isInState(ada, "Running");
  });

  const eve = await visitor("Eve");
  await step("Eve's lists are empty", async () => {
    await eve.isSignedInAs(facts.eve);
    for (const [page, text] of EMPTY) {
      await eve.open(page);
      await eve.sees(text);
      await eve.seesNothingOf(BOT);
      await eve.seesNothingOf(AGENT);
    }
  });
  await step("to her, neither the training nor the session is there", async () => {
    await eve.open(`/training?id=${facts.training}`);
    await eve.sees("There is no such training");
    await eve.open(`/session?id=${facts.session}`);
    await eve.isAt("No such session");
    await eve.open(`/bot?name=${encodeURIComponent(BOT)}`);
    await eve.isAt("No such bot");
  });
  await step("an administrator's page is not for her", async () => {
    await eve.open("/admin");
    await eve.sees("Only administrators may see this.");
    await eve.seesNothingOf(facts.ada.email);
  });

  const boss = await visitor("Boss");
  await step("the administrator sees all that is Ada's", async () => {
    await boss.isSignedInAs(facts.boss);
    await boss.open("/admin?tab=runs&which=all");
    for (const kind of ["Trainings", "Sessions", "Bots", "Agents"]) {
      await boss.press(kind);
      const list = boss.page.getByRole("table", { name: `List of ${kind.toLowerCase()}` });
      await list.getByText(facts.ada.email).first().waitFor();
    }
  });
  await step("he stops her training", async () => {
    await boss.press("Trainings");
    await boss.press(`Stop Training ${facts.training} of ${facts.ada.email}`);
    await boss.press("Stop it");
    await until("it is stopped", async () => {
      const row = boss.page.getByRole("row", { name: facts.ada.email });
      return (await row.innerText()).includes("Stopped");
    });
  });
  await step("Ada's page shows that it was stopped, and nobody touched it", async () => {
    await isInState(ada, "Stopped");
    await ada.sees("It was ended for good. The best weights and the history stay.");
  });
});
