/** A person in front of a browser of his own, and what he does and sees there. */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { newContext, PATIENCE_MS } from "./browser.mjs";
import { watchLayoutShift } from "./checks/layout-shift.mjs";
import { guard } from "./guards.mjs";
import { until } from "./waiting.mjs";

const CALM_MS = 300;

export class Visitor {
  /** Seat somebody; `folder` keeps what his console shows, and his screenshots. */
  static async seated(browser, { name, url, folder, ...options }) {
    const context = await newContext(browser, { baseURL: url, ...options });
    const console = join(folder, `${name}.console.txt`);
    const note = (line) => appendFileSync(console, `${line}\n`);
    note(`the console of ${name}'s browser`);
    await watchLayoutShift(context);
    const guarded = await guard(context, { origin: url, note });
    return new Visitor({ name, context, guarded, console, folder }, await context.newPage());
  }

  constructor({ name, context, guarded, console, folder }, page) {
    Object.assign(this, { name, context, console, folder, page });
    this.faults = guarded;
    this.asking = new Set();
    this.#listen(page);
    context.on("page", (another) => this.#listen(another));
  }

  /** Know what a page asks for and has no answer to; what it leaves behind has none, ever. */
  #listen(page) {
    let isLeaving = false;
    page.on("request", (request) => {
      isLeaving ||= request.isNavigationRequest();
      this.asking.add(request);
    });
    page.on("requestfinished", (request) => this.asking.delete(request));
    page.on("requestfailed", (request) => this.asking.delete(request));
    page.on("response", (response) => {
      if (!response.ok()) this.asking.delete(response.request()); // who reads a refusal to its end?
    });
    page.on("framenavigated", () => {
      if (isLeaving) this.asking.clear(); // else it only changed its address
      isLeaving = false;
    });
    page.on("close", () => this.asking.clear());
  }

  /** Sign in without looking at the form, as somebody who did so before. */
  async isSignedInAs({ email, password }) {
    const answer = await this.context.request.post("/api/auth/sign-in", {
      data: { email, password, cookie: true },
    });
    if (!answer.ok()) throw new Error(`${email} cannot sign in: ${await answer.text()}`);
    this.bearer = (await answer.json()).access_token;
    await this.page.goto("/healthz"); // any address of the origin whose memory is meant
    await this.page.evaluate(() => localStorage.setItem("aibt.signed-in", "1"));
  }

  /** Ask the server for something past the page, as another page of his would. */
  async asks(method, path, data) {
    const headers = { Authorization: `Bearer ${this.bearer}` };
    const answer = await this.context.request.fetch(path, { method, data, headers });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  }

  leaves() {
    return this.context.close();
  }

  async signUp({ email, password }) {
    await this.open("/sign-up");
    await this.fillIn({ "E-mail": email, Password: password });
    await this.press("Sign up");
  }

  async signIn({ email, password }) {
    await this.open("/sign-in");
    await this.fillIn({ "E-mail": email, Password: password });
    await this.press("Sign in");
  }

  async signOut() {
    await this.press(/^Account/);
    await this.press("Sign out");
    await this.isAt("Sign in");
  }

  async open(path) {
    await this.page.goto(path);
    await this.settled();
  }

  async reload() {
    await this.page.reload();
    await this.settled();
  }

  /** Wait until nothing is being asked for, nothing is busy and nothing has moved for a moment. */
  async settled() {
    await this.page.waitForLoadState();
    const isSettled = async () => this.asking.size === 0 && (await this.#unrest()) === "";
    await until("the page settles", isSettled).catch(async (error) => {
      const asked = [...this.asking].map((request) => request.url());
      const asks = `it still asks for: ${asked.join(", ") || "nothing"}`;
      throw new Error(`${error.message}; ${asks}; ${await this.#unrest()}`);
    });
  }

  /** What keeps the page from being calm, or nothing. */
  #unrest() {
    return this.page.evaluate((calm) => {
      const isLoaded = document.readyState === "complete" && document.fonts.status === "loaded";
      const busy = document.querySelector("[aria-busy=true]");
      const now = performance.now();
      if (!isLoaded || busy !== null) window.busyAt = now;
      if (busy !== null) return `busy: ${busy.outerHTML.slice(0, 200)}`;
      const shift = window.layoutShifts.at(-1);
      if (now - (shift?.at ?? 0) <= calm) return `moves: ${JSON.stringify(shift)}`;
      return now - (window.busyAt ?? 0) > calm ? "" : "it was busy a moment ago";
    }, CALM_MS);
  }

  /** Wait until what the page did so far has reached us. */
  hasHeardAll() {
    return this.page.evaluate(() => undefined).catch(() => undefined);
  }

  /** Press a button, or something that looks and works like one, by its name. */
  press(name) {
    return this.#named(["button", "menuitem", "tab", "switch", "checkbox", "radio"], name).click();
  }

  follow(name) {
    return this.page.getByRole("link", named(name)).first().click();
  }

  /** Fill in fields by their labels. */
  async fillIn(values) {
    for (const [label, value] of Object.entries(values)) {
      const box = this.page.getByRole("textbox", named(label));
      await box.or(this.page.getByLabel(label, { exact: true })).fill(String(value));
    }
  }

  /** Choose from a list by its label and by what the choice is called; `search` is typed first. */
  async choose(label, option, { search } = {}) {
    const list = this.page.getByRole("combobox", named(label));
    await (search === undefined ? list.click() : list.fill(search));
    await this.page.getByRole("option", named(option)).first().click();
  }

  /** Take one of a few, each of which stands there with what it is. */
  async picks(label) {
    await this.page.getByRole("radio", named(label)).click();
  }

  /** Press what saves a file; return its name and its text. */
  async saves(name) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.press(name)]);
    const path = join(this.folder, download.suggestedFilename());
    await download.saveAs(path);
    return { name: download.suggestedFilename(), text: readFileSync(path, "utf8") };
  }

  /** Count how often he clicks and types, from his next page on. */
  async countsWhatHeDoes() {
    const did = { click: 0, input: 0 };
    await this.context.exposeBinding("noteDeed", (_source, kind) => (did[kind] += 1));
    await this.context.addInitScript((kinds) => {
      for (const kind of kinds) {
        addEventListener(kind, (event) => event.isTrusted && window.noteDeed(kind), true);
      }
    }, Object.keys(did));
    return did;
  }

  /** Wait until a text stands on the page for all to see. */
  sees(text, { within = PATIENCE_MS } = {}) {
    return this.page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: within });
  }

  /** Wait until the page says this in its first heading. */
  isAt(heading) {
    return this.page.getByRole("heading", { level: 1, ...named(heading) }).waitFor();
  }

  /** Wait until a text is not on the page, and the page has come to rest without it. */
  async seesNothingOf(text) {
    await this.settled();
    const shown = this.page.getByText(text).filter({ visible: true });
    await until(`${text} is not there`, async () => (await shown.count()) === 0);
  }

  /** Read the text of what a page calls so: a term's description, or a region, group or output. */
  async reads(label) {
    const term = this.page.locator("dt", { hasText: exactly(label) }).first();
    const isTerm = (await term.count()) > 0;
    const value = isTerm
      ? term.locator("xpath=following-sibling::dd[1]")
      : this.page.getByLabel(label, { exact: true }).first();
    return (await value.innerText()).split("\n")[0].trim(); // the rest is a hint
  }

  /** Take a picture of what is on the screen. */
  async screenshot(name = this.name) {
    const path = join(this.folder, `${name}.png`);
    await this.page.screenshot({ path, animations: "disabled" });
  }

  #named(roles, name) {
    const [first, ...others] = roles.map((role) => this.page.getByRole(role, named(name)));
    return others.reduce((all, one) => all.or(one), first).first();
  }
}

function named(name) {
  return { name, exact: typeof name === "string" };
}

function exactly(text) {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*$`);
}
