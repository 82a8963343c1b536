/**
 * Makes the export ready to be served, after `next build`:
 * each page's own scripts are named by their hashes in policy.json, from which the platform writes the
 * page's content security policy, and what compresses well is compressed once, as .br and .gz beside it.
 * A page that its policy would break, or that asks another host for anything, stops the build.
 *
 * Usage: node scripts/seal.mjs [FOLDER]
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { JSDOM } from "jsdom";

const COMPRESSED = new Set([".html", ".js", ".css", ".txt", ".json", ".svg"]);
const WORTH_IT = 1024;
const OWN = "http://own.invalid";

const folder = process.argv[2] ?? fileURLToPath(new URL("../out", import.meta.url));
const seal = join(folder, "policy.json");
rmSync(seal, { force: true });

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && ![".br", ".gz"].includes(extname(entry.name)))
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  .sort();
const pages = files.filter((name) => extname(name) === ".html");
if (pages.length === 0) fail([`${folder} has no pages`]);

const policy = {};
const faults = [];
for (const name of pages) {
  const { document } = new JSDOM(readFileSync(join(folder, name), "utf8")).window;
  faults.push(...faultsOf(document).map((fault) => `${name}: ${fault}`));
  policy[name] = [...new Set(inlineScripts(document).map(hashOf))].sort();
}
if (faults.length > 0) fail(faults);

for (const name of files) compress(join(folder, name));
writeFileSync(seal, JSON.stringify(policy, null, 1) + "\n"); // the last: whoever finds it finds all

function inlineScripts(document) {
  return [...document.querySelectorAll("script:not([src])")].map((script) => script.textContent);
}

function hashOf(script) {
  return `sha256-${createHash("sha256").update(script, "utf8").digest("base64")}`;
}

/** Return what the page has that its policy forbids. */
function faultsOf(document) {
  const found = [];
  for (const element of document.querySelectorAll("*")) {
    const tag = `<${element.localName}>`;
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) found.push(`${tag} has an inline handler, ${name}`);
      if (/^\s*javascript:/i.test(value)) found.push(`${tag} has a script as its ${name}`);
    }
    for (const address of loadedBy(element)) {
      const { protocol, origin } = new URL(address, OWN);
      if (protocol !== "data:" && origin !== OWN)
        found.push(`${tag} asks another host: ${address}`);
    }
  }
  return found;
}

/** Return the addresses that a browser asks by itself because of this element. */
function loadedBy(element) {
  const named = element.localName === "link" ? ["href"] : ["src", "poster", "data"];
  const sets = (element.getAttribute("srcset") ?? "")
    .split(",")
    .map((one) => one.trim().split(" ")[0]);
  return [...named.map((name) => element.getAttribute(name)), ...sets].filter(Boolean);
}

function compress(path) {
  if (!COMPRESSED.has(extname(path))) return;
  const content = readFileSync(path);
  if (content.length <= WORTH_IT) return;
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}

function fail(reasons) {
  console.error(`These pages cannot be served:\n${reasons.map((one) => `  ${one}\n`).join("")}`);
  process.exit(1);
}
