import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { horizontalScroll } from "./horizontal-scroll.mjs";
import { layoutShift } from "./layout-shift.mjs";
import { pages } from "./page-of.mjs";

const pageOf = pages();
const WIDE = `<table style="width: 1600px"><tbody><tr><td>Wide</td></tr></tbody></table>`;
const LATE = (height) => `requestAnimationFrame(() => setTimeout(() => {
  document.querySelector("#late").style.height = "${height}";
  document.body.dataset.late = "yes"; }, 200));`;
const FOLLOWED = `<div id="late" style="height: 20px"></div><p style="height: 600px">A text.</p>`;

for (const size of ["desktop", "phone"]) {
  test(`a page that is wider than a ${size} is found`, async () => {
    assert.match((await horizontalScroll(await pageOf(WIDE, { size }))).join(), /table/);
  });

  test(`what is wide in a region of its own does not widen a ${size}'s page`, async () => {
    const page = await pageOf(`<div style="overflow-x: auto">${WIDE}</div>`, { size });
    assert.deepEqual(await horizontalScroll(page), []);
  });
}

async function shifted(height) {
  const page = await pageOf(FOLLOWED, { script: LATE(height) });
  await page.waitForSelector("[data-late]");
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))),
  );
  return layoutShift(page);
}

test("a page that jumps when something comes late is found, and what jumped is named", async () => {
  assert.match((await shifted("220px")).join(), /layout shifted by 0\.\d+: after .*“A text/);
});

test("a page that kept the room for what came late did not jump", async () => {
  assert.deepEqual(await shifted("20px"), []);
});

test("axe finds a button without a name and text without contrast, under a strict policy", async () => {
  const page = await pageOf(`<button></button><p style="color: #ccc; background: #fff">Pale</p>`);
  const faults = (await axe(page)).join("\n");
  assert.match(faults, /button-name at button/);
  assert.match(faults, /color-contrast at p/);
});

test("axe finds nothing on a page that is as it should be", async () => {
  assert.deepEqual(await axe(await pageOf(`<button>Start</button>`)), []);
});
