import type { Schema } from "@/api/types";
import { parameter } from "@/lib/parameters";
import { optionLabels } from "@/lib/parameter-names";

export type Algorithm = Schema<"AlgorithmMessage">;
export type Encoder = Schema<"EncoderMessage">;

export function algorithmLabel(name: string): string {
  return optionLabels[name] ?? name;
}

export function encoderLabel(name: string): string {
  return optionLabels[name] ?? name;
}

/** The algorithms by name alone, as the forms know them before the platform has told more. */
export function namedAlgorithms(): Algorithm[] {
  const encoders = namedEncoders().map(({ name }) => name);
  return named("algorithm").map((each) => ({ ...each, unused: {}, encoders }));
}

/** The encoders by name alone, likewise. */
export function namedEncoders(): Encoder[] {
  return named("encoder");
}

function named(field: "algorithm" | "encoder"): Encoder[] {
  const { options, default: usual } = parameter("BotsCreate", field);
  return (options ?? []).map(({ value: name }) => ({
    name,
    sentence: "",
    is_default: name === usual,
  }));
}

/** Why a parameter means nothing to an algorithm; undefined: it means what it always does. */
export function unusedHint(
  algorithms: readonly Algorithm[],
  name: string,
  parameterName: string,
): string | undefined {
  const why = algorithms.find((each) => each.name === name)?.unused[parameterName];
  return why && `Means nothing to ${algorithmLabel(name)}. ${why}`;
}

/** Whether an algorithm learns with an encoder, as far as is known. */
export function takesEncoder(
  algorithms: readonly Algorithm[],
  name: string,
  encoder: string,
): boolean {
  return algorithms.find((each) => each.name === name)?.encoders.includes(encoder) ?? true;
}

/** The encoder if the algorithm learns with it, else the one that it learns with. */
export function fittingEncoder(
  algorithms: readonly Algorithm[],
  name: string,
  encoder: string,
): string {
  if (takesEncoder(algorithms, name, encoder)) return encoder;
  return algorithms.find((each) => each.name === name)?.encoders[0] ?? encoder;
}
