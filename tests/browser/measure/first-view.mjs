/**
 * Measures the first view, signed in and not: how long until it can be used, with an empty cache
 * and with a full one, how many bytes of scripts it takes, and how much it shifts.
 */
import { shiftOf } from "../checks/layout-shift.mjs";
import { flow } from "../flow.mjs";
import { tell } from "../pytest-line.mjs";
import { until } from "../waiting.mjs";

await flow(async ({ facts, visitor, step }) => {
  for (const [view, path] of Object.entries({ home: "/", "sign-in": "/sign-in" })) {
    for (let nth = 1; nth <= facts.tries; nth++) {
      const tries = async () => {
        const somebody = await visitor(`${view}-${nth}`);
        if (view === "home") await somebody.isSignedInAs(facts.ada);
        tell({ view, ...(await atRest(somebody, path)) });
        await somebody.page.close();

        await emptied(somebody);
        for (const cache of ["cold", "warm"]) {
          tell({ view, cache, interactive_ms: await interactive(somebody, path) });
        }
        await somebody.leaves();
      };
      await step(`${view}, try ${nth}`, tries, { expected: [/./] }); // faults are the tests' matter
    }
  }
});

/** Open the view; return what it took once it has come to rest. */
async function atRest(visitor, path) {
  const session = await visitor.context.newCDPSession(visitor.page);
  const scripts = new Set();
  let bytes = 0;
  session.on("Network.responseReceived", ({ requestId, type }) => {
    if (type === "Script") scripts.add(requestId);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await session.send("Network.enable");
  await visitor.open(path);
  await visitor.isAt(/./);
  return { script_bytes: bytes, layout_shift: await shiftOf(visitor.page) };
}

async function emptied(visitor) {
  visitor.page = await visitor.context.newPage();
  const session = await visitor.context.newCDPSession(visitor.page);
  await session.send("Network.enable");
  await session.send("Network.clearBrowserCache");
  await session.detach();
  await visitor.page.exposeFunction("noteUse", (ms) => (visitor.usedAfter = ms));
  await visitor.page.addInitScript(tryToUseIt);
}

/** Open the view; return after how many milliseconds a click on one of its links was handled. */
async function interactive(visitor, path) {
  visitor.usedAfter = null;
  await visitor.page.goto(path, { waitUntil: "commit" });
  const ms = await until("a click is handled", async () => visitor.usedAfter);
  await visitor.page.waitForURL(({ pathname }) => pathname !== path);
  await visitor.settled();
  return ms;
}

/** In the page: with each frame that is drawn, click, until the application takes the click. */
function tryToUseIt() {
  const look = () => {
    const heading = document.querySelector("h1");
    const link = [...document.querySelectorAll("a[href^='/']")].find(
      (one) => one.pathname !== location.pathname && one.checkVisibility(),
    );
    if (heading && link && isHandled(link)) window.noteUse(performance.now());
    else requestAnimationFrame(look);
  };
  const isHandled = (link) => {
    let handled = false;
    const last = (event) => {
      handled = event.defaultPrevented; // by the application: the page need not be left
      event.preventDefault();
    };
    addEventListener("click", last, { once: true });
    link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    return handled;
  };
  requestAnimationFrame(look);
}
