/** An evaluation from its start to its verdict, and the report as a file. */
import { flow } from "../flow.mjs";
import { isInState } from "../run-page.mjs";
import { until } from "../waiting.mjs";

const SMALL = { Seeds: 2, "Test parts": 2, "Most episodes": 6 };

await flow(async ({ facts, visitor, step }) => {
  const ada = await visitor("Ada");
  const region = (name) => ada.page.getByRole("region", { name, exact: true });

  await step("Ada signs up", async () => {
    await ada.signUp(facts.ada);
    await ada.isAt("Home");
  });
  await step("she has one algorithm judged on GOOGL", async () => {
    await ada.follow("Evaluations");
    await ada.sees("No evaluations yet");
    await ada.press("Start an evaluation");
    await ada.fillIn(SMALL);
    await ada.choose("Market source", "Bundled sample");
    const algorithms = ada.page.getByRole("group", { name: "Algorithms" });
    for (const name of ["Counterfactual", "Counterfactual policy", "PQN", "PPO"]) {
      await algorithms.getByRole("checkbox", { name, exact: true }).uncheck();
    }
    await ada.page.getByText("All other parameters").click();
    await ada.fillIn({ "Learned first": 70 });
    await ada.press("Start evaluation");
    await ada.isAt("Evaluation on GOOGL");
    await ada.sees(/^Evaluation \d+ of DQN: 2 seeds, 2 folds, bars of 1d from Bundled sample$/);
  });

  await step("the page says how far it is", async () => {
    await isInState(ada, "Running");
    const said = ada.page.getByText(/^[\d,]+ of 4 trainings are judged/);
    await said.waitFor();
    await until("one is judged", async () => /^[1-4] of/.test(await said.innerText()));
  });
  await step("each training is told as it is judged, and again after a reload", async () => {
    const table = ada.page.getByRole("table", { name: "Judged so far" });
    const first = table.getByRole("row").filter({ hasText: "DQN" }).first();
    await first.waitFor();
    await ada.reload();
    await first.or(region("Verdict")).first().waitFor(); // it may have ended meanwhile
  });
  const verdict = await step("the verdict comes by itself", async () => {
    await isInState(ada, "Finished");
    const sentence = region("Verdict")
      .getByText(/buy-and-hold|buying and holding/i)
      .first();
    await sentence.waitFor();
    for (const name of ["Confidence", "Trials", "Over-fitting"]) {
      if (!/\d/.test(await ada.reads(name))) throw new Error(`there is no ${name}`);
    }
    return (await sentence.innerText()).trim();
  });
  await step("what it rests on stands below", async () => {
    await ada.page.getByRole("img", { name: /^Equity of DQN, Buy and hold.* on GOOGL/ }).waitFor();
    await ada.page.getByRole("table", { name: "Algorithms" }).getByText("DQN").waitFor();
    const folds = ada.page.getByRole("table", { name: "DQN by test part" });
    await until("both test parts", async () => (await folds.getByRole("row").count()) === 3);
  });
  await step("she saves the report as a page that needs no platform", async () => {
    const id = new URL(ada.page.url()).searchParams.get("id");
    const { name, text } = await ada.saves("Save as a page");
    if (name !== `evaluation-${id}.html`) throw new Error(`it is called ${name}`);
    if (!/^\s*<!doctype html>/i.test(text)) throw new Error(`it is no page: ${text.slice(0, 80)}`);
    if (!text.includes(verdict)) throw new Error(`it does not say: ${verdict}`);
  });
  await step("the list says what was found", async () => {
    await ada.follow("Evaluations");
    const list = ada.page.getByRole("table", { name: "Evaluations" });
    await list.getByText(/^(Better|Not better)$/).waitFor();
  });
});
