/** What is touched is at least 24 by 24 pixels (WCAG 2.2, 2.5.8). */
import { boxes, controls, describe, inPage, keepingScroll } from "./in-page.mjs";

/** Return a sentence for each control that a finger would miss; for pages of a phone. */
export function touchTargets(page) {
  return inPage(page, findSmallTargets);
}

function findSmallTargets() {
  const least = 24;
  const faults = [];
  keepingScroll(() => {
    for (const element of controls()) {
      const [box] = boxes(element);
      const isBig = box.width >= least - 0.5 && box.height >= least - 0.5;
      if (isBig || isInText(element) || isBigToTheTouch(element)) continue;
      const size = `${Math.round(box.width)}×${Math.round(box.height)}`;
      faults.push(`${describe(element)} is only ${size} pixels`);
    }
  });
  return faults;

  /** A link in a sentence is as high as its line: the rule lets it be. */
  function isInText(element) {
    const isInline = getComputedStyle(element).display === "inline";
    const around = element.parentElement.textContent.trim();
    return isInline && around.length > element.textContent.trim().length;
  }

  /** Touch around the centre: a label, or an edge that is not drawn, may make it bigger. */
  function isBigToTheTouch(element) {
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const [box] = boxes(element);
    if (!box) return true;
    const x = box.left + box.width / 2;
    const y = box.top + box.height / 2;
    const reach = least / 2 - 0.5;
    const around = [
      [x - reach, y],
      [x + reach, y],
      [x, y - reach],
      [x, y + reach],
    ];
    const labels = [...(element.labels ?? [])];
    return around.every((point) => {
      const hit = document.elementFromPoint(...point);
      return hit && (element.contains(hit) || labels.some((label) => label.contains(hit)));
    });
  }
}
