/**
 * Every view: where it is, whose it is, and how it gets into the state that is to be seen.
 *
 * - `as`: who looks, a name of the facts' `people`; null: nobody who is signed in.
 * - `route`: its page in web/src/app; `query`: what follows, from the facts of the seed.
 * - `prepare(visitor, facts)`: before it is opened; `act(visitor, facts)`: once it is there.
 * - `restore(visitor, facts)`: afterwards, so that the next view finds what this one found.
 * - `expected`: faults that belong to the state (guards.mjs).
 */

const paused = ({ trainings }) => `/api/trainings/${trainings.paused}`;
const BROKEN = [/was answered 503/];

const looks = [
  { name: "sign-in", route: "/sign-in", as: null },
  { name: "sign-up", route: "/sign-up", as: null },

  { name: "home", route: "/" },
  { name: "home-empty", route: "/", as: "newcomer" },

  { name: "bots", route: "/bots" },
  { name: "bots-empty", route: "/bots", as: "newcomer" },
  { name: "bots-failed", route: "/bots", ...broken("**/api/bots*") },
  { name: "bot", route: "/bot", query: () => "?name=Night owl" },
  { name: "bot-unknown", route: "/bot", query: () => "?name=Nobody" },

  { name: "trainings", route: "/trainings" },
  { name: "trainings-empty", route: "/trainings", as: "newcomer" },
  { name: "trainings-failed", route: "/trainings", ...broken("**/api/trainings?*") },
  {
    name: "training-finished",
    route: "/training",
    query: ({ trainings }) => `?id=${trainings.finished}`,
  },
  {
    name: "training-hourly",
    route: "/training",
    query: ({ trainings }) => `?id=${trainings.hourly}`,
  },
  {
    name: "training-compared",
    route: "/training",
    query: ({ trainings }) => `?id=${trainings.finished}&compare=${trainings.other}`,
  },
  {
    name: "training-paused",
    route: "/training",
    query: ({ trainings }) => `?id=${trainings.paused}`,
  },
  {
    name: "training-running",
    route: "/training",
    query: ({ trainings }) => `?id=${trainings.paused}`,
    prepare: (visitor, facts) => visitor.asks("POST", `${paused(facts)}/resume`),
    restore: (visitor, facts) => visitor.asks("POST", `${paused(facts)}/pause`),
  },
  {
    name: "training-stopped",
    route: "/training",
    query: ({ trainings }) => `?id=${trainings.stopped}`,
  },
  { name: "training-unknown", route: "/training", query: () => "?id=999999" },

  { name: "populations", route: "/populations" },
  { name: "populations-empty", route: "/populations", as: "newcomer" },
  { name: "populations-failed", route: "/populations", ...broken("**/api/populations*") },
  { name: "population", route: "/population", query: ({ population }) => `?id=${population}` },
  { name: "populations-start", route: "/populations", ...asking("Train a population") },
  {
    name: "populations-start-all",
    route: "/populations",
    ...asking("Train a population", { more: true }),
  },
  {
    name: "population-member",
    route: "/bot",
    query: () => "?name=Tides 1",
    act: ({ page }) => page.getByRole("link", { name: /^member 1 of/ }).first().waitFor(),
  },
  { name: "population-unknown", route: "/population", query: () => "?id=999999" },

  { name: "evaluations", route: "/evaluations" },
  { name: "evaluations-empty", route: "/evaluations", as: "newcomer" },
  { name: "evaluations-failed", route: "/evaluations", ...broken("**/api/evaluations*") },
  { name: "evaluation", route: "/evaluation", query: ({ evaluation }) => `?id=${evaluation}` },
  { name: "evaluation-stopped", route: "/evaluation", query: ({ half_judged: id }) => `?id=${id}` },
  { name: "evaluations-start", route: "/evaluations", ...asking("Evaluate algorithms") },
  {
    name: "evaluations-start-all",
    route: "/evaluations",
    ...asking("Evaluate algorithms", { more: true }),
  },
  { name: "evaluation-unknown", route: "/evaluation", query: () => "?id=999999" },

  { name: "agents", route: "/agents" },
  { name: "agents-empty", route: "/agents", as: "newcomer" },
  { name: "agents-failed", route: "/agents", ...broken("**/api/models*") },
  { name: "agent", route: "/agent", query: ({ agents }) => `?id=${agents.scripted}` },
  { name: "session", route: "/session", query: ({ sessions }) => `?id=${sessions.scripted}` },
  {
    name: "session-baseline",
    route: "/session",
    query: ({ sessions }) => `?id=${sessions.holder}`,
  },
  { name: "session-unknown", route: "/session", query: () => "?id=999999" },

  { name: "leaderboard", route: "/leaderboard" },
  {
    name: "leaderboard-empty",
    route: "/leaderboard",
    ...answered("**/api/leaderboard*", { scores: [] }),
  },
  {
    name: "analytics-training",
    route: "/analytics",
    query: ({ trainings }) => `?topic=training/${trainings.finished}`,
  },
  {
    name: "analytics-session",
    route: "/analytics",
    query: ({ sessions }) => `?topic=session/${sessions.momentum}`,
  },

  { name: "admin-users", route: "/admin", as: "admin", query: () => "?tab=users" },
  { name: "admin-whitelist", route: "/admin", as: "admin", query: () => "?tab=whitelist" },
  { name: "admin-runs", route: "/admin", as: "admin", query: () => "?tab=runs" },
  {
    name: "admin-populations",
    route: "/admin",
    as: "admin",
    query: () => "?tab=runs&kind=populations",
  },
  {
    name: "admin-evaluations",
    route: "/admin",
    as: "admin",
    query: () => "?tab=runs&kind=evaluations&which=all",
  },
  { name: "admin-system", route: "/admin", as: "admin", query: () => "?tab=system" },
  { name: "admin-audit", route: "/admin", as: "admin", query: () => "?tab=audit" },
  { name: "admin-for-nobody", route: "/admin" },

  { name: "settings", route: "/settings" },
  { name: "not-found", route: "/no-such-page", as: null },
];

const nothing = async () => undefined;

export const views = looks.map((look) => ({
  as: "ada",
  query: () => "",
  prepare: nothing,
  act: nothing,
  restore: nothing,
  expected: [],
  ...look,
}));

/** Open a view as who looks at it, in the state that is to be seen. */
export async function show(visitor, view, facts) {
  if (view.as) await visitor.isSignedInAs(facts.people[view.as]);
  await view.prepare(visitor, facts);
  await visitor.open(`${view.route}${view.query(facts)}`);
  await visitor.page.locator("h1").first().waitFor(); // by its role it is hidden behind a dialog
  await view.act(visitor, facts);
  await visitor.settled();
}

/** The dialog that starts one, by its title; with `more` all that it can be asked for. */
function asking(title, { more = false } = {}) {
  return {
    query: () => "?start=1",
    act: async ({ page }) => {
      const dialog = page.getByRole("dialog", { name: title, exact: true });
      await dialog.getByText(/Bundled sample, /).first().waitFor(); // what is known of the market
      if (more) await dialog.getByText("All other parameters").click();
    },
  };
}

/** The server cannot answer these requests. */
function broken(addresses) {
  const body = { code: "unavailable", msg: "the store does not answer", field: null };
  return { ...answered(addresses, { ...body, correlation_id: "0" }, 503), expected: BROKEN };
}

/** These requests have this answer. */
function answered(addresses, json, status = 200) {
  return {
    prepare: ({ page }) => page.route(addresses, (route) => route.fulfill({ status, json })),
  };
}
