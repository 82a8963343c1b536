/** A page never scrolls sideways; what is wide scrolls inside a region of its own. */
import { describe, inPage, isShown } from "./in-page.mjs";

/** Return a sentence if the document is wider than the window, naming what sticks out. */
export function horizontalScroll(page) {
  return inPage(page, findWideContent);
}

function findWideContent() {
  const width = document.documentElement.clientWidth;
  const wide = document.scrollingElement.scrollWidth;
  if (wide <= width) return [];
  const out = [...document.querySelectorAll("body *")].filter(
    (one) => isShown(one) && one.getBoundingClientRect().right > width + 1,
  );
  const outermost = out.filter((one) => !out.includes(one.parentElement)).slice(0, 3);
  return [`the page is ${wide} pixels wide in a window of ${width}: ${outermost.map(describe)}`];
}
