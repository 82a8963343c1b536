/**
 * What the checks know of a page's elements. These functions run inside the page, so each is
 * complete in itself but for the others of this file; `inPage` sends them along with a check.
 */

/** Run `check` inside the page, where it may use the functions of this file, and return its result. */
export function inPage(page, check, argument) {
  const known = [
    describe,
    isShown,
    isForReadersOnly,
    boxes,
    controls,
    clips,
    textsOf,
    keepingScroll,
  ];
  const source = [...known, check].map(String).join("\n");
  const given = JSON.stringify(argument ?? null);
  return page.evaluate(`(() => { ${source}\nreturn ${check.name}(${given}); })()`);
}

/** Name an element for a person who looks for it: tag, id, role, classes and what it says. */
export function describe(element) {
  const role = element.getAttribute("role");
  const classes = [...element.classList].slice(0, 3).map((name) => `.${name}`);
  const said =
    element.getAttribute("aria-label") ?? (element.innerText || element.textContent || "");
  const words = said.trim().replace(/\s+/g, " ").slice(0, 40);
  const name = element.tagName.toLowerCase() + (element.id && `#${element.id}`) + classes.join("");
  return `${name}${role ? `[role=${role}]` : ""}${words && ` “${words}”`}`;
}

export function isShown(element) {
  return (
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !element.closest("[inert]")
  );
}

/** Whether only a screen reader meets it: clipped away, or squeezed into a pixel. */
export function isForReadersOnly(element) {
  for (let one = element; one; one = one.parentElement) {
    const style = getComputedStyle(one);
    if (/^inset\((50|100)%\)$/.test(style.clipPath) || /^rect\(0px,? 0px/.test(style.clip)) {
      return true;
    }
    const isClipped = style.overflowX !== "visible" && style.display !== "inline";
    if (isClipped && one.clientWidth <= 1 && one.clientHeight <= 1) return true;
  }
  return false;
}

/** The boxes of an element that have an area; those of a link over two lines are two. */
export function boxes(element) {
  return [...element.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
}

/** What a person can operate and sees now. */
export function controls() {
  const roles = "button tab switch checkbox radio slider combobox menuitem link".split(" ");
  const selector = [
    "a[href], button, input:not([type=hidden]), select, textarea",
    ...roles.map((role) => `[role=${role}]`),
  ].join(", ");
  return [...document.querySelectorAll(selector)].filter(
    (one) =>
      isShown(one) &&
      boxes(one).length > 0 &&
      !isForReadersOnly(one) &&
      getComputedStyle(one).pointerEvents !== "none" &&
      !one.closest("[aria-hidden=true]"),
  );
}

/**
 * The ancestors that clip an element, from the inside out, each with its inner box and with how
 * it clips: "cut" hides what is beyond, "scroll" lets a person get there.
 */
export function clips(element) {
  const found = [];
  let position = getComputedStyle(element).position;
  for (let one = element; one; one = one.parentElement) {
    const style = getComputedStyle(one);
    const holds = style.position !== "static" || style.transform !== "none";
    const escapes =
      one !== element &&
      ((position === "absolute" && !holds) ||
        (position === "fixed" && style.transform === "none" && style.contain === "none"));
    if (escapes) continue;
    if (one !== element) position = style.position;
    if (one === document.body || one === document.documentElement) continue;
    if (style.display === "inline" || style.display === "contents") continue;
    const ways = { visible: null, hidden: "cut", clip: "cut", auto: "scroll", scroll: "scroll" };
    const way = { x: ways[style.overflowX], y: ways[style.overflowY] };
    if (way.x || way.y) {
      const box = one.getBoundingClientRect();
      const left = box.left + one.clientLeft;
      const top = box.top + one.clientTop;
      const right = left + (one.clientWidth || box.width);
      const bottom = top + (one.clientHeight || box.height);
      found.push({ element: one, way, left, top, right, bottom });
    }
  }
  return found;
}

/** Every piece of text that a person sees, with the element that holds it. */
export function textsOf(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const isCode = ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION", "TITLE"].includes(element.tagName);
    if (isCode || node.data.trim() === "" || !isShown(element)) continue;
    if (!isForReadersOnly(element)) found.push({ node, element });
  }
  return found;
}

/** Do what scrolls here and there, and put everything back where it was. */
export function keepingScroll(work) {
  const scrolled = () =>
    [...document.querySelectorAll("*")].filter(
      (one) => one.scrollTop !== 0 || one.scrollLeft !== 0,
    );
  const before = scrolled().map((one) => [one, one.scrollLeft, one.scrollTop]);
  work();
  for (const one of scrolled()) one.scrollTo({ left: 0, top: 0, behavior: "instant" });
  for (const [one, left, top] of before) one.scrollTo({ left, top, behavior: "instant" });
}
