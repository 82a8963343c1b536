/** Nothing jumps while a page loads: its cumulative layout shift stays below 0.01. */

export const MOST_SHIFT = 0.01;

/** Watch all pages that this context opens from now on. */
export function watchLayoutShift(context) {
  return context.addInitScript(() => {
    const shifts = [];
    window.layoutShifts = shifts;
    const name = (node) => {
      const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
      if (!element) return "something that is gone";
      const words = (element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 30);
      return `${element.tagName.toLowerCase()}.${element.classList[0] ?? ""} “${words}”`;
    };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        shifts.push({
          value: entry.value,
          at: Math.round(entry.startTime),
          what: entry.sources.map(({ node, previousRect: from, currentRect: to }) => {
            const place = (box) =>
              `${Math.round(box.x)},${Math.round(box.y)} ${Math.round(box.width)}×${Math.round(box.height)}`;
            return `${name(node)} from ${place(from)} to ${place(to)}`;
          }),
        });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** Return how much the page has shifted since it was opened. */
export async function shiftOf(page) {
  const shifts = await page.evaluate(() => window.layoutShifts);
  return shifts.reduce((sum, { value }) => sum + value, 0);
}

/** Return a sentence if the page has shifted too much since it was opened, naming what moved. */
export async function layoutShift(page) {
  const sum = await shiftOf(page);
  if (sum < MOST_SHIFT) return [];
  const shifts = await page.evaluate(() => window.layoutShifts);
  const moved = shifts.map(({ at, what }) => `after ${at} ms ${what.join(" and ")}`);
  return [`the layout shifted by ${sum.toFixed(4)}: ${moved.join("; ")}`];
}
