export const preferencesKey = "aibt.preferences";

/** Runs before the first paint, so that no page flashes in the wrong colours. */
export const preferencesScript = `(function () {
  var root = document.documentElement, stored = {};
  try { stored = JSON.parse(localStorage.getItem("${preferencesKey}")) || {}; } catch (error) {}
  var dark = stored.theme === "dark" || (stored.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.dataset.colours = ["inverted", "colour-blind"].indexOf(stored.colours) < 0 ? "usual" : stored.colours;
})();`;
