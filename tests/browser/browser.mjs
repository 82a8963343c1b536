/** Chromium as every test here uses it: one language, one time zone, nothing that moves. */
import { createRequire } from "node:module";

const fromWeb = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = fromWeb("playwright-core");

/** axe-core, as text that a page can be given. */
export const axeSource = fromWeb("axe-core").source;

/** As long as anything may take on a slow machine with two cores. */
export const PATIENCE_MS = 60_000;

export const SIZES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

export const THEMES = ["light", "dark"];

export function launch() {
  return chromium.launch({
    executablePath: process.env.AIBT_TEST_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--force-color-profile=srgb", "--font-render-hinting=none"],
  });
}

/** Open a browser profile of its own, with nothing in its cache and nobody signed in. */
export async function newContext(browser, { size = "desktop", theme = "light", ...more } = {}) {
  const context = await browser.newContext({
    ...SIZES[size],
    deviceScaleFactor: 1,
    locale: "en-GB",
    timezoneId: "UTC",
    colorScheme: theme,
    reducedMotion: "reduce",
    ...more,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return context;
}
