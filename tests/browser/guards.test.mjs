import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, newContext } from "./browser.mjs";
import { guard, SERVER_IS_AWAY } from "./guards.mjs";

const POLICY = "default-src 'self'; script-src 'self'";
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Open a page that runs `script` and wait for `until` in it; return its faults. */
async function faultsOf(script, { html = "", expected } = {}) {
  const context = await newContext(browser);
  const guarded = await guard(context, { origin: "http://page.test" });
  await context.route("**/*", (route) => {
    const { hostname, pathname } = new URL(route.request().url());
    if (pathname === "/api/broken") return route.fulfill({ status: 503, body: "" });
    if (pathname === "/api/refused" || pathname === "/gone.js")
      return route.fulfill({ status: 404, body: "" });
    if (pathname === "/api/away") return route.abort("connectionrefused");
    if (pathname === "/script.js" || hostname !== "page.test")
      return route.fulfill({ contentType: "text/javascript", body: script });
    return route.fulfill({
      contentType: "text/html",
      headers: { "content-security-policy": POLICY },
      body: `<!doctype html><title>A page</title>${html}<script src="/script.js"></script>`,
    });
  });
  const page = await context.newPage();
  await page.goto("http://page.test/");
  await page.waitForFunction(() => document.body?.dataset.done === "yes");
  const faults = guarded.take(expected);
  await context.close();
  return faults.join("\n");
}

const DONE = `document.body ??= document.createElement("body"); document.body.dataset.done = "yes";`;
const after100 = (act) => `${act}; setTimeout(() => { ${DONE} }, 100);`;

const FAULTS = {
  "an error in the console": [`console.error("Oh no")`, /console shows an error: Oh no/],
  "an error that nobody catches": [
    `setTimeout(() => { throw new Error("Lost") }, 0)`,
    /not caught: Error: Lost/,
  ],
  "a promise that fails unheard": [`Promise.reject(new Error("Lost"))`, /not caught: Error: Lost/],
  "an answer of a broken server": [`fetch("/api/broken")`, /GET \/api\/broken was answered 503/],
  "a script that is not there": [
    `document.head.append(Object.assign(document.createElement("script"), { src: "/gone.js" }))`,
    /GET \/gone.js was answered 404/,
  ],
  "a server that is away": [`fetch("/api/away").catch(() => 0)`, /net::ERR_CONNECTION_REFUSED/],
  "a request to another host": [
    `fetch("http://other.test/").catch(() => 0)`,
    /policy \(connect-src\) kept out http:\/\/other.test/,
  ],
  "a socket to another host": [`try { new WebSocket("ws://other.test/") } catch {}`, /other.test/],
  "text that is run as a script": [
    `try { new Function("return 1")() } catch {}`,
    /policy \(script-src\) kept out eval/,
  ],
};

for (const [what, [script, told]] of Object.entries(FAULTS)) {
  test(`${what} is a fault`, async () => {
    assert.match(await faultsOf(after100(script)), told);
  });
}

test("a script within the page is a fault", async () => {
  const faults = await faultsOf(after100(""), { html: "<script>window.x = 1</script>" });
  assert.match(faults, /policy \(script-src-elem\) kept out inline/);
});

test("an answer that refuses is none", async () => {
  assert.equal(await faultsOf(after100(`fetch("/api/refused")`)), "");
});

test("a page that minds its own business has none", async () => {
  assert.equal(await faultsOf(after100(`console.log("Fine")`)), "");
});

test("what is expected is none, and the rest still is", async () => {
  const script = after100(`fetch("/api/away").catch(() => 0); console.error("Oh no")`);
  const faults = await faultsOf(script, { expected: SERVER_IS_AWAY });
  assert.match(faults, /^the console shows an error: Oh no[^\n]*$/);
});
