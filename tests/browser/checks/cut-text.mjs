/** No text is cut: not by a box that hides what is beyond it, not by the edge of the page. */
import { clips, describe, inPage, isShown, textsOf } from "./in-page.mjs";

/** Return a sentence for each text that a person cannot read to its end. */
export function cutText(page) {
  return inPage(page, findCutText);
}

function findCutText() {
  const slack = 1;
  const faults = new Set();
  const width = document.documentElement.clientWidth;
  const mayBeCut = (element) => element.closest(".may-cut[title]:not([title=''])") !== null;

  for (const { node, element } of textsOf(document.body)) {
    if (mayBeCut(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 0 && box.height > 0) look(element, box);
    }
  }
  for (const element of document.querySelectorAll("body *")) {
    if (isShown(element) && !mayBeCut(element)) lookAtLines(element);
  }
  return [...faults];

  /** Follow a line of text outwards through all that clips it, up to the page's own edge. */
  function look(element, box) {
    let { left, right, top, bottom } = box;
    for (const clip of clips(element)) {
      const isFolded = clip.right - clip.left < 1 || clip.bottom - clip.top < 1;
      if (isFolded) return;
      if (clip.way.x === "cut" && (left < clip.left - slack || right > clip.right + slack)) {
        faults.add(`${describe(element)} is cut at the side by ${describe(clip.element)}`);
        return;
      }
      const most = Math.min(3, (bottom - top) / 6); // a line's box is taller than its letters
      if (clip.way.y === "cut" && (top < clip.top - most || bottom > clip.bottom + most)) {
        faults.add(`${describe(element)} is cut above or below by ${describe(clip.element)}`);
        return;
      }
      if (clip.way.x === "scroll") {
        [left, right] = [Math.max(left, clip.left), Math.min(right, clip.right)];
      }
      if (clip.way.y === "scroll") {
        [top, bottom] = [Math.max(top, clip.top), Math.min(bottom, clip.bottom)];
      }
      if (left >= right || top >= bottom) return; // scrolled away, and within reach
    }
    const isAway = right <= 0 || bottom + scrollY <= 0; // such as a link that shows on focus
    if (isAway) return;
    const isBeyond = left < -slack || right > width + slack || top + scrollY < -slack;
    if (isBeyond) faults.add(`${describe(element)} leaves the page at the side or above`);
    const fixed = fixedAround(element);
    if (fixed && (bottom > innerHeight + slack || top < -slack)) {
      faults.add(`${describe(element)} is fixed and leaves the window`);
    }
  }

  function fixedAround(element) {
    for (let one = element; one; one = one.parentElement) {
      if (getComputedStyle(one).position === "fixed") return one;
    }
    return null;
  }

  /** Find the texts that a browser shortens by itself: an ellipsis, a clamp, a field. */
  function lookAtLines(element) {
    const style = getComputedStyle(element);
    const tooWide = element.scrollWidth > element.clientWidth + slack;
    const tooHigh = element.scrollHeight > element.clientHeight + slack;
    if (style.textOverflow === "ellipsis" && style.overflowX !== "visible" && tooWide) {
      if (element.tagName !== "INPUT") faults.add(`${describe(element)} ends in an ellipsis`);
    }
    if (style.webkitLineClamp !== "none" && tooHigh) {
      faults.add(`${describe(element)} is clamped to some of its lines`);
    }
    const shown = isForReadersOnly(element) ? null : shownIn(element);
    if (shown && widthOf(shown, style) > roomIn(element, style) + slack) {
      faults.add(`${describe(element)} is too narrow for “${shown}”`);
    }
  }

  /** What a field shows that nobody typed just now: its placeholder, its number, its choice. */
  function shownIn(element) {
    if (element.matches("input:placeholder-shown")) return element.placeholder;
    if (element.matches("input[type=number], input[inputmode]")) return element.value;
    if (element.matches("select")) return element.selectedOptions[0]?.text;
    return null;
  }

  function widthOf(text, style) {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.font = style.font;
    return canvas.measureText(text).width;
  }

  function roomIn(element, style) {
    return element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  }
}
