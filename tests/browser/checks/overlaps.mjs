/** What a person can operate does not lie over, or under, anything else. */
import { boxes, clips, controls, describe, inPage, keepingScroll } from "./in-page.mjs";

/** Return a sentence for each two controls that overlap and each that something covers. */
export function overlaps(page) {
  return inPage(page, findOverlaps);
}

function findOverlaps() {
  const slack = 2;
  const found = controls().map((element) => ({ element, layer: layerOf(element) }));
  const faults = new Set();
  for (const one of found) one.boxes = shownBoxes(one.element);
  for (const [index, one] of found.entries()) {
    for (const other of found.slice(index + 1)) {
      if (one.layer === other.layer && areApart(one.element, other.element)) {
        if (one.boxes.some((box) => other.boxes.some((its) => meet(box, its)))) {
          faults.add(`${describe(one.element)} overlaps ${describe(other.element)}`);
        }
      }
    }
  }

  keepingScroll(() => {
    for (const { element } of found) {
      const above = covering(element);
      if (above) faults.add(`${describe(element)} is covered by ${describe(above)}`);
    }
  });
  return [...faults];

  /** What moves together: scrolling never brings controls of one layer over one another. */
  function layerOf(element) {
    for (let one = element; one; one = one.parentElement) {
      if (["fixed", "sticky"].includes(getComputedStyle(one).position)) return one;
    }
    return null;
  }

  function areApart(one, other) {
    const isLabel = one.closest("label") && one.closest("label") === other.closest("label");
    return !one.contains(other) && !other.contains(one) && !isLabel;
  }

  /** The boxes within all that clips or scrolls them; of a text field, where one types. */
  function shownBoxes(element) {
    const style = getComputedStyle(element);
    const isField = element.matches("input, textarea, select");
    const inner = (side) => (isField ? parseFloat(style[`padding${side}`]) : 0);
    return boxes(element).map((box) => {
      const shown = {
        left: box.left + inner("Left"),
        right: box.right - inner("Right"),
        top: box.top,
        bottom: box.bottom,
      };
      for (const clip of clips(element)) {
        if (clip.way.x) {
          shown.left = Math.max(shown.left, clip.left);
          shown.right = Math.min(shown.right, clip.right);
        }
        if (clip.way.y) {
          shown.top = Math.max(shown.top, clip.top);
          shown.bottom = Math.min(shown.bottom, clip.bottom);
        }
      }
      return shown;
    });
  }

  function meet(one, other) {
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    return across > slack && down > slack;
  }

  /** Bring a control into the middle of the window; return what lies over its centre, or null. */
  function covering(element) {
    if (!element.isConnected) return null;
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = boxes(element)[0];
    if (!box) return null;
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!hit) return null;
    const isItself = element.contains(hit) || hit.contains(element);
    const isItsLabel = element.labels && [...element.labels].some((label) => label.contains(hit));
    const isOpenLayer = hit.closest(
      "[role=dialog], [role=alertdialog], [role=menu], [role=listbox], [role=tooltip], " +
        "[data-radix-popper-content-wrapper]",
    );
    const isWithin = isOpenLayer !== null && isOpenLayer.contains(element);
    return isItself || isItsLabel || (isOpenLayer && !isWithin) ? null : hit;
  }
}
