import schemas from "@/generated/forms.json";
import { formatNumber } from "@/lib/format";
import { forms, names, optionLabels, plainName } from "@/lib/parameter-names";

/**
 * The fields of requests, as the platform itself describes them: what a form asks for, allows and refuses.
 * Only forms import this file, because all descriptions come with it.
 */
export type Model = keyof typeof schemas;
export type ParameterName<M extends Model> = keyof (typeof schemas)[M]["properties"] & string;
export type Option = { value: string; label: string };
export type Kind = "number" | "text" | "choice" | "boolean" | "list" | "date";
export type Value = string | number | boolean | string[] | null | undefined;

export interface Parameter {
  name: string;
  label: string;
  /** One sentence for a person, without the label's words; may be empty. */
  description: string;
  unit: string | null;
  kind: Kind;
  required: boolean;
  nullable: boolean;
  default: Value;
  integer: boolean;
  minimum: number | null;
  maximum: number | null;
  exclusiveMinimum: number | null;
  exclusiveMaximum: number | null;
  minLength: number | null;
  maxLength: number | null;
  pattern: string | null;
  options: Option[] | null;
  /** What each entry of a list must be. */
  items: Parameter | null;
}

interface JsonSchema {
  type?: string;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  enum?: string[];
  const?: string;
  format?: string;
  description?: string;
  default?: Value;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface ObjectSchema {
  properties: Record<string, JsonSchema>;
  required?: string[];
}

export function parameter<M extends Model>(model: M, name: ParameterName<M>): Parameter {
  const { properties, required } = schemas[model] as unknown as ObjectSchema;
  const schema = properties[name];
  if (!schema) throw new Error(`${model} has no field ${name}`);
  return described(name, schema, required?.includes(name) ?? false);
}

export function parameters<M extends Model>(model: M): Parameter[] {
  const { properties } = schemas[model] as unknown as ObjectSchema;
  return Object.keys(properties).map((name) => parameter(model, name as ParameterName<M>));
}

function described(name: string, schema: JsonSchema, required: boolean): Parameter {
  const branches = schema.anyOf ?? [schema];
  const nullable = branches.some((branch) => branch.type === "null");
  const kept = branches.find((branch) => branch.type !== "null") ?? {};
  const isList = kept.type === "array";
  const values = kept.enum ?? kept.items?.enum ?? (kept.const === undefined ? null : [kept.const]);
  return {
    name,
    label: names[name]?.label ?? plainName(name),
    description: hintOf(name, schema.description ?? kept.description ?? ""),
    unit: names[name]?.unit ?? null,
    kind: kindOf(kept),
    required,
    nullable,
    default: schema.default,
    integer: kept.type === "integer",
    minimum: kept.minimum ?? null,
    maximum: kept.maximum ?? null,
    exclusiveMinimum: kept.exclusiveMinimum ?? null,
    exclusiveMaximum: kept.exclusiveMaximum ?? null,
    minLength: (isList ? kept.minItems : kept.minLength) ?? null,
    maxLength: (isList ? kept.maxItems : kept.maxLength) ?? null,
    pattern: kept.pattern ?? null,
    options: values?.map((value) => ({ value, label: optionLabels[value] ?? value })) ?? null,
    items: isList && kept.items ? described(name, kept.items, true) : null,
  };
}

function kindOf({ type, enum: values, const: only, format }: JsonSchema): Kind {
  if (type === "number" || type === "integer") return "number";
  if (type === "boolean") return "boolean";
  if (type === "array") return "list";
  if (values || only !== undefined) return "choice";
  return format === "date" ? "date" : "text";
}

/** Write a description as a person reads it: fields by their labels, and what an empty field means. */
function hintOf(name: string, description: string): string {
  const [wire = "", empty] = description.split("; null: ");
  const meaning = names[name]?.hint ?? capital(readable(wire));
  const isLabel = meaning.toLowerCase() === names[name]?.label.toLowerCase();
  const parts = [isLabel ? "" : meaning, empty ? `Empty: ${readable(empty)}` : ""];
  return parts.filter(Boolean).join(". ");
}

function readable(text: string): string {
  return text
    .replace(/`([a-z_]+)`/g, (_, name: string) => `“${names[name]?.label ?? name}”`)
    .replaceAll("`", "")
    .replaceAll("'", "’");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Return what is wrong with a text that was typed for this parameter, or null. */
export function fault(parameter: Parameter, text: string): string | null {
  if (text.trim() === "") return emptyFault(parameter);
  switch (parameter.kind) {
    case "number":
      return numberFault(parameter, text);
    case "list":
      return listFault(parameter, entries(text));
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
        ? null
        : "Write a date as 2025-06-02.";
    case "choice":
      return parameter.options?.some((option) => option.value === text)
        ? null
        : "Choose one of the list.";
    case "boolean":
      return null;
    case "text":
      return textFault(parameter, text);
  }
}

function emptyFault({ kind, required, nullable, label, minLength }: Parameter): string | null {
  if (!required || nullable || kind === "boolean") return null;
  if ((kind === "text" || kind === "list") && !minLength) return null;
  return `${label} is needed.`;
}

const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function numberFault(parameter: Parameter, text: string): string | null {
  const value = Number(text);
  if (!numberForm.test(text.trim()) || !Number.isFinite(value)) {
    return parameter.integer ? "Write a whole number." : "Write a number, as 0.001.";
  }
  if (parameter.integer && !Number.isInteger(value)) return "Write a whole number.";
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = parameter;
  if (minimum !== null && value < minimum) return `At least ${formatNumber(minimum)}.`;
  if (maximum !== null && value > maximum) return `At most ${formatNumber(maximum)}.`;
  if (exclusiveMinimum !== null && value <= exclusiveMinimum) {
    return `Above ${formatNumber(exclusiveMinimum)}.`;
  }
  if (exclusiveMaximum !== null && value >= exclusiveMaximum) {
    return `Below ${formatNumber(exclusiveMaximum)}.`;
  }
  return null;
}

function textFault(parameter: Parameter, text: string): string | null {
  const { pattern, minLength, maxLength } = parameter;
  const value = pattern === null ? text : text.trim().normalize("NFKC");
  const length = [...value].length;
  if (minLength !== null && length < minLength) return `At least ${minLength} characters.`;
  if (maxLength !== null && length > maxLength) {
    return `At most ${formatNumber(maxLength)} characters; these are ${formatNumber(length)}.`;
  }
  if (pattern !== null && !new RegExp(pattern, "u").test(value)) {
    return forms.find(([form]) => form === pattern)?.[1] ?? "This does not have the right form.";
  }
  return null;
}

function listFault({ items, minLength, maxLength }: Parameter, values: string[]): string | null {
  if (minLength !== null && values.length < minLength) return `At least ${minLength}.`;
  if (maxLength !== null && values.length > maxLength) return `At most ${formatNumber(maxLength)}.`;
  const twice = values.find((value, index) => values.indexOf(value) < index);
  if (twice !== undefined) return `${twice} stands there twice.`;
  for (const value of items ? values : []) {
    const found = fault(items as Parameter, value);
    if (found !== null) return `${value}: ${found}`;
  }
  return null;
}

/** The entries of a list, typed with commas or line breaks between them. */
function entries(text: string): string[] {
  return text.split(/[,;\n]/).flatMap((entry) => entry.trim() || []);
}

/** Return what a typed text means: null or undefined where it is left empty. */
export function valueOf(parameter: Parameter, text: string): Value {
  if (parameter.kind === "list") return text.trim() === "" ? parameter.default : entries(text);
  if (parameter.kind === "boolean") return text === "" ? parameter.default : text === "true";
  if (text.trim() === "") {
    if (parameter.nullable) return null;
    return parameter.kind === "text" && parameter.required ? text : undefined;
  }
  if (parameter.kind === "number") return Number(text);
  return parameter.kind === "text" && parameter.pattern === null ? text : text.trim();
}

/** Return a value as a person would type it: the other way round from `valueOf`. */
export function textOf(value: Value): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** Return the default in words, or null where there is none. */
export function defaultText(parameter: Parameter): string | null {
  const { default: value, options, kind } = parameter;
  if (value === undefined || value === null || value === "") return null;
  if (kind === "boolean") return value === true ? "on" : "off";
  if (Array.isArray(value)) return value.length > 0 ? value.join(", ") : null;
  if (typeof value === "number") return formatNumber(value);
  return options?.find((option) => option.value === value)?.label ?? textOf(value);
}
