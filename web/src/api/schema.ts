import { dereference, validate, type Schema as JsonSchema } from "@cfworker/json-schema";
import { Problem, UNREADABLE } from "@/api/problem";
import type { Schemas } from "@/api/types";
import generated from "@/generated/schemas.json";

interface Generated {
  /** Model of each answer, by `"get /api/bots 200"`. */
  answers: Record<string, string>;
  queries: Record<string, { answers: string[]; streams: boolean; changes: boolean }>;
  /** Model of each `inner_task`, by kind of topic. */
  events: Record<string, Record<string, string>>;
  $defs: Record<string, JsonSchema>;
}

const known = generated as unknown as Generated;
const lookup = dereference({ $defs: known.$defs });

/**
 * Return `data` as the message it must be.
 *
 * @throws {Problem} it is something else
 */
export function parse<Name extends keyof Schemas>(name: Name, data: unknown): Schemas[Name] {
  const fault = faultOf(name, data);
  if (fault !== null) throw unreadable(name, fault);
  return data as Schemas[Name];
}

/** Parse the answer of a REST call; one without a model (such as CSV) passes as it is. */
export function parseAnswer(method: string, path: string, status: number, data: unknown): unknown {
  const name = known.answers[`${method} ${path} ${status}`];
  return name === undefined ? data : parse(name as keyof Schemas, data);
}

/** Parse the last frame of a query's answer, which may be one of several models. */
export function parseQueryAnswer(query: string, data: unknown): unknown {
  const names = known.queries[query]?.answers ?? [];
  const faults = names.map((name) => faultOf(name, data));
  const fault = faults.find((one) => one !== null);
  if (fault === undefined || faults.includes(null)) return data;
  throw unreadable(names.join(" or "), fault ?? "");
}

/** Parse the payload of an event; one of a kind that this page does not know yet is null. */
export function parseEvent(topic: string, kind: string, data: unknown): unknown {
  const name = known.events[topic]?.[kind];
  return name === undefined ? null : parse(name as keyof Schemas, data);
}

function faultOf(name: string, data: unknown): string | null {
  const schema = known.$defs[name];
  if (schema === undefined) return "there is no such message";
  const { valid, errors } = validate(data, schema, "2020-12", lookup);
  if (valid) return null;
  const deepest = errors.at(-1);
  return deepest === undefined ? "" : `${deepest.instanceLocation}: ${deepest.error}`;
}

function unreadable(name: string, fault: string): Problem {
  return new Problem(
    UNREADABLE,
    `The server sent something that this page cannot read (${name} ${fault}). Reload the page: it may be older than the server.`,
  );
}
