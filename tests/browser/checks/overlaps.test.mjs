import assert from "node:assert/strict";
import { test } from "node:test";
import { overlaps } from "./overlaps.mjs";
import { pages } from "./page-of.mjs";

const pageOf = pages();
const at = (left, top, more = "") =>
  `style="position: absolute; left: ${left}px; top: ${top}px; width: 80px; height: 32px; ${more}"`;

test("two buttons that overlap are found", async () => {
  const faults = await overlaps(
    await pageOf(`<button ${at(10, 50)}>Pause</button><button ${at(50, 60)}>Stop</button>`),
  );
  assert.match(faults.join("\n"), /Pause” overlaps button “Stop/);
});

test("a button that something covers is found", async () => {
  const faults = await overlaps(
    await pageOf(`<button ${at(10, 50)}>Pause</button><div ${at(10, 50)}>A banner</div>`),
  );
  assert.match(faults.join("\n"), /Pause” is covered by div “A banner/);
});

test("the last button of a page that a fixed bar always covers is found", async () => {
  const faults = await overlaps(
    await pageOf(`<div style="height: 2000px"></div><button style="display: block">Save</button>
      <nav style="position: fixed; bottom: 0; left: 0; right: 0; height: 60px">A bar</nav>`),
  );
  assert.match(faults.join("\n"), /Save” is covered by nav/);
});

test("a button that lies over what one types is found", async () => {
  const faults = await overlaps(
    await pageOf(`<input aria-label="Password" ${at(10, 50)}><button ${at(60, 50)}>Show</button>`),
  );
  assert.match(faults.join("\n"), /overlaps/);
});

const APART = {
  "side by side": `<button ${at(10, 50)}>Pause</button><button ${at(91, 50)}>Stop</button>`,
  "that touch by a line": `<button ${at(10, 50)}>Pause</button><button ${at(89, 50)}>Stop</button>`,
  "in a row under a bar that stays, once scrolled": `<nav style="position: fixed; bottom: 0; height: 60px; width: 100%">
      <button>Home</button></nav><div style="height: 850px"></div><button>Save</button><div style="height: 200px"></div>`,
  "of which one is scrolled away": `<div style="height: 60px; overflow-y: auto; width: 200px">
      <div style="height: 100px"></div><button>Far down</button></div>
      <button style="position: absolute; top: 120px; left: 0">Stop</button>`,
  "of which one is behind an open dialog": `<div aria-hidden="true"><button ${at(10, 50)}>Pause</button></div>
      <div role="dialog" aria-label="Start" ${at(0, 40, "width: 300px; height: 200px")}><button>Start</button></div>`,
  "in the room that a field leaves": `<input aria-label="Password" ${at(10, 50, "padding-right: 40px")}>
      <button ${at(52, 50, "width: 38px")}>Show</button>`,
  "of which one is a link over two lines": `<p style="width: 150px">Look at <a href="#a">the first bot of them all</a>
      <a href="#b">and more</a></p>`,
  "that are a field and its label": `<label>Live <input type="checkbox"></label>`,
};

for (const [what, body] of Object.entries(APART)) {
  test(`controls ${what} are apart`, async () => {
    assert.deepEqual(await overlaps(await pageOf(body)), []);
  });
}

test("looking for what is covered leaves the page where it was", async () => {
  const page = await pageOf(
    `<div style="height: 3000px"></div><button>Save</button><div style="height: 3000px"></div>`,
  );
  await page.evaluate(() => scrollTo(0, 120));

  await overlaps(page);

  assert.equal(await page.evaluate(() => scrollY), 120);
});
