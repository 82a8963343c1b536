import assert from "node:assert/strict";
import { test } from "node:test";
import { cutText } from "./cut-text.mjs";
import { pages } from "./page-of.mjs";

const pageOf = pages();
const LONG = "An equity curve that rose for as long as anybody can remember";

const CUT = {
  "a box that hides what is beyond it": [
    `<p style="width: 100px; overflow: hidden; white-space: nowrap">${LONG}</p>`,
    /cut at the side/,
  ],
  "a box of an ancestor": [
    `<div style="width: 100px; overflow: clip"><p style="white-space: nowrap">${LONG}</p></div>`,
    /cut at the side by div/,
  ],
  "a box that is too low": [
    `<p style="width: 100px; height: 30px; overflow: hidden">${LONG}</p>`,
    /cut above or below/,
  ],
  "an ellipsis": [
    `<p style="width: 100px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">${LONG}</p>`,
    /p “An equity curve/,
  ],
  "a clamp": [
    `<p style="width: 100px; overflow: hidden; display: -webkit-box;
       -webkit-box-orient: vertical; -webkit-line-clamp: 2">${LONG}</p>`,
    /clamped/,
  ],
  "the edge of the page": [
    `<div style="overflow-x: clip; width: 100vw"><p style="position: absolute; left: calc(100vw - 50px);
       white-space: nowrap">${LONG}</p></div>`,
    /leaves the page/,
  ],
  "a bar at the bottom that is too low for it": [
    `<nav style="position: fixed; bottom: -10px; left: 0">Home</nav>`,
    /leaves the window/,
  ],
  "a field that is too narrow for its placeholder": [
    `<input style="width: 80px" aria-label="Symbol" placeholder="${LONG}">`,
    /input “Symbol” is too narrow for “An equity/,
  ],
  "a field that is too narrow for its number": [
    `<input style="width: 60px" aria-label="Balance" type="number" value="1000000000">`,
    /too narrow for “1000000000”/,
  ],
  "a list that is too narrow for what is chosen": [
    `<select style="width: 60px" aria-label="Period"><option>Every full hour</option></select>`,
    /too narrow for “Every full hour”/,
  ],
  "a box that only looks as if it scrolled": [
    `<div style="width: 100px; overflow: hidden"><div style="overflow-x: auto; width: 300px">
       <p style="white-space: nowrap">${LONG}</p></div></div>`,
    /cut at the side/,
  ],
};

for (const [what, [body, told]] of Object.entries(CUT)) {
  test(`text that is cut by ${what} is found`, async () => {
    const faults = await cutText(await pageOf(body));
    assert.match(faults.join("\n"), told);
  });
}

const WHOLE = {
  "that wraps": `<p style="width: 100px; overflow: hidden">${LONG}</p>`,
  "in a region that scrolls": `<div style="width: 100px; overflow-x: auto"><p style="white-space: nowrap">${LONG}</p></div>`,
  "in a region that scrolls within one that hides": `<div style="width: 120px; overflow: hidden">
      <div style="width: 100px; overflow-x: auto"><p style="white-space: nowrap">${LONG}</p></div></div>`,
  "that may be cut and says all in its title": `<p class="may-cut" title="${LONG}"
      style="width: 100px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap">${LONG}</p>`,
  "for screen readers alone": `<span style="position: absolute; width: 1px; height: 1px; overflow: hidden;
      clip-path: inset(50%); white-space: nowrap">${LONG}</span>`,
  "that is not shown": `<div style="height: 0; overflow: hidden"><p>${LONG}</p></div><p hidden>${LONG}</p>`,
  "of a link that waits above the page": `<a href="#main" style="position: absolute; top: -100px">Skip</a>`,
  "whose line is a little higher than its box": `<p style="height: 18px; overflow: hidden">Calm</p>`,
  "that escapes from a box that does not hold it": `<div style="overflow: hidden; width: 50px; height: 20px">
      <p style="position: absolute; left: 200px; white-space: nowrap">${LONG}</p></div>`,
  "of fields with room": `<input aria-label="Symbol" placeholder="EURUSD"><select aria-label="Period">
      <option>Every full hour</option></select><input aria-label="Balance" type="number" value="10000">`,
  "of a list that stands there for its form alone": `<select aria-hidden="true" tabindex="-1" style="position: absolute;
      width: 1px; height: 1px; overflow: hidden; clip: rect(0, 0, 0, 0)"><option>Every full hour</option></select>`,
  "below the window, where one can scroll to": `<p style="margin-top: 3000px">${LONG}</p>`,
};

for (const [what, body] of Object.entries(WHOLE)) {
  test(`text ${what} is whole`, async () => {
    assert.deepEqual(await cutText(await pageOf(body)), []);
  });
}
