/** The server is killed and started again; a page that was open comes back by itself. */
import { flow } from "../flow.mjs";
import { SERVER_IS_AWAY } from "../guards.mjs";

await flow(async ({ facts, visitor, step, ask }) => {
  const ada = await visitor("Ada");
  await step("Ada is at home, and live", async () => {
    await ada.isSignedInAs(facts.ada);
    await ada.open("/");
    await ada.sees("Live");
  });

  await ask("kill");
  const away = { expected: SERVER_IS_AWAY };
  await step(
    "the page says that the connection is lost",
    () => ada.sees("Lost, trying again"),
    away,
  );

  await ask("start");
  await step("it is live again, and nobody touched it", () => ada.sees("Live"), away);
  await step("it is still hers", () => ada.isAt("Home"));
});
