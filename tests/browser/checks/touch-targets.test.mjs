import assert from "node:assert/strict";
import { test } from "node:test";
import { pages } from "./page-of.mjs";
import { touchTargets } from "./touch-targets.mjs";

const pageOf = pages();
const small = "width: 16px; height: 16px; padding: 0; display: block; margin: 40px";
const onPhone = { size: "phone" };

test("a button that is too small to be touched is found", async () => {
  const page = await pageOf(`<button style="${small}">x</button>`, onPhone);
  assert.match((await touchTargets(page)).join(), /button “x” is only 16×16 pixels/);
});

const BIG_ENOUGH = {
  "of 24 pixels": `<button style="width: 24px; height: 24px">x</button>`,
  "in a sentence": `<p>Read <a href="#more">more</a> about it.</p>`,
  "with a label around it": `<label style="display: block; padding: 12px; width: 200px">
      <input type="checkbox" style="width: 16px; height: 16px"> Live</label>`,
  "with an edge that is not drawn": `<style>#x { position: relative } #x::after { content: "";
      position: absolute; inset: -8px }</style><button id="x" style="${small}">x</button>`,
};

for (const [what, body] of Object.entries(BIG_ENOUGH)) {
  test(`a control ${what} can be touched`, async () => {
    assert.deepEqual(await touchTargets(await pageOf(body, onPhone)), []);
  });
}
