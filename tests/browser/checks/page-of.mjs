/** Small made-up pages for the checks' own tests, served under a strict policy. */
import { after, before } from "node:test";
import { launch, newContext } from "../browser.mjs";
import { watchLayoutShift } from "./layout-shift.mjs";

const POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'";
const STYLE =
  "* { margin: 0; box-sizing: border-box } body { font: 14px/20px sans-serif } h1 { font-size: 16px }";

/** Return what opens a page with this body; call it once for each file of tests. */
export function pages() {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());
  return async (body, { size = "desktop", script = "" } = {}) => {
    const context = await newContext(browser, { size });
    await watchLayoutShift(context);
    const html = `<!doctype html><html lang="en"><head><title>A page</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <style>${STYLE}</style><script src="/script.js" defer></script></head>
      <body><main><h1>A page</h1>${body}</main></body></html>`;
    await context.route("**/*", (route) =>
      new URL(route.request().url()).pathname === "/script.js"
        ? route.fulfill({ contentType: "text/javascript", body: script })
        : route.fulfill({
            contentType: "text/html",
            headers: { "content-security-policy": POLICY },
            body: html,
          }),
    );
    const page = await context.newPage();
    await page.goto("http://page.test/");
    return page;
  };
}
