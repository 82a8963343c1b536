/** Who is on the list comes in; who is not is told why. */
import { flow } from "../flow.mjs";

await flow(async ({ facts, visitor, step }) => {
  const ada = await visitor("Ada");
  await step("Ada, who is on the list, signs up and is at home", async () => {
    await ada.signUp(facts.listed);
    await ada.isAt("Home");
  });
  await step("she is still signed in after a reload", async () => {
    await ada.reload();
    await ada.isAt("Home");
  });
  await step("she signs out, and what was hers asks her to sign in", async () => {
    await ada.signOut();
    await ada.open("/settings");
    await ada.isAt("Sign in");
  });
  await step("a wrong password is refused, and the right one is not", async () => {
    await ada.signIn({ ...facts.listed, password: "not hers at all" });
    await ada.page.getByRole("alert").first().waitFor();
    await ada.signIn(facts.listed);
    await ada.isAt("Home");
  });

  const mallory = await visitor("Mallory");
  await step("Mallory, who is not on the list, is told so and stays outside", async () => {
    await mallory.signUp(facts.unlisted);
    await mallory.sees(/on a list/);
    await mallory.isAt("Sign up");
  });

  const owner = await visitor("Owner");
  await step("the owner of the laptop comes in by the printed link", async () => {
    await owner.open(facts.link);
    await owner.isAt("Home");
  });
});
