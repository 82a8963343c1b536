import { expect, it } from "vitest";
import { defaultPreferences, readPreferences } from "./preferences";
import { preferencesScript } from "./preferences-script";

it("reads what was stored", () => {
  const stored = { theme: "dark", colours: "colour-blind", zone: "local", notifications: true };
  expect(readPreferences(JSON.stringify(stored))).toEqual(stored);
});

it.each([null, "", "{", "7", '"x"', '{"theme": "pink", "zone": 3}'])(
  "takes the defaults for %j",
  (text) => {
    expect(readPreferences(text)).toEqual(defaultPreferences);
  },
);

it("the first paint has the stored theme and colours", () => {
  Object.defineProperty(window, "matchMedia", {
    configurable: true,
    value: () => ({ matches: false }),
  });
  localStorage.setItem("aibt.preferences", '{"theme": "dark", "colours": "inverted"}');
  const script = document.createElement("script");
  script.textContent = preferencesScript;
  document.head.append(script);
  window.eval(preferencesScript);
  expect(document.documentElement.dataset).toMatchObject({ theme: "dark", colours: "inverted" });
});
