/**
 * Writes src/generated from the platform's own description of REST and the WebSocket:
 * api.ts has the types, schemas.json what answers and frames are checked against at run time,
 * forms.json what the forms say of their fields.
 *
 * Usage: node scripts/generate.mjs [PYTHON]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const web = fileURLToPath(new URL("..", import.meta.url));
const python = process.argv[2] ?? fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
const text = execFileSync(python, ["-m", "aibt.api.description"], {
  cwd: fileURLToPath(new URL("../..", import.meta.url)),
  encoding: "utf8",
  maxBuffer: 2 ** 26,
});
const described = JSON.parse(text);
const all = described.components.schemas;

/** The model of each JSON answer that REST gives when all is well, by method and path. */
const answers = {};
for (const [path, methods] of Object.entries(described.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    for (const [status, response] of Object.entries(operation.responses)) {
      const schema = response.content?.["application/json"]?.schema;
      if (status.startsWith("2") && schema?.$ref) {
        answers[`${method} ${path} ${status}`] = schema.$ref.split("/").at(-1);
      }
    }
  }
}

const { queries, events } = described["x-websocket"];
const bodies = new Set(Object.values(queries).map((query) => query.params));
for (const methods of Object.values(described.paths)) {
  for (const operation of Object.values(methods)) {
    const ref = operation.requestBody?.content?.["application/json"]?.schema?.$ref;
    if (ref) bodies.add(ref.split("/").at(-1));
  }
}
const received = new Set([
  "Response",
  "ErrorMessage",
  "ProblemMessage",
  ...Object.values(answers),
  ...Object.values(queries).flatMap((query) => query.answers),
  ...Object.values(events).flatMap((models) => Object.values(models)),
]);

const schemas = bare({ answers, queries, events, $defs: withWhatTheyUse(received) });
const asked = Object.entries(withWhatTheyUse(bodies)).filter(([, { properties }]) => properties);
const forms = Object.fromEntries(asked.sort(([one], [other]) => (one < other ? -1 : 1)));
mkdirSync(`${web}/src/generated`, { recursive: true });
const types = astToString(await openapiTS(described, { defaultNonNullable: false }));
writeFileSync(`${web}/src/generated/api.ts`, types);
writeFileSync(`${web}/src/generated/schemas.json`, JSON.stringify(schemas));
writeFileSync(`${web}/src/generated/forms.json`, JSON.stringify(forms));

/** Return the schemas of these names and of all that they refer to. */
function withWhatTheyUse(names) {
  const found = {};
  const waiting = [...names];
  while (waiting.length > 0) {
    const name = waiting.pop();
    if (name in found || !(name in all)) continue;
    found[name] = all[name];
    for (const [, used] of JSON.stringify(all[name]).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      waiting.push(used);
    }
  }
  return found;
}

/** Leave out what only people read, and write references as the checker wants them. */
function bare(value) {
  if (Array.isArray(value)) return value.map(bare);
  if (value === null || typeof value !== "object") return value;
  const kept = {};
  for (const [name, part] of Object.entries(value)) {
    const isText = typeof part === "string" || Array.isArray(part);
    if (["description", "title", "examples"].includes(name) && isText) continue;
    kept[name] = name === "$ref" ? part.replace("#/components/schemas/", "#/$defs/") : bare(part);
  }
  return kept;
}
