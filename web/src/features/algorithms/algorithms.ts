import type { Schema } from "@/api/types";
import { parameter } from "@/lib/parameters";
import { optionLabels } from "@/lib/parameter-names";

export type Algorithm = Schema<"AlgorithmMessage">;

export function algorithmLabel(name: string): string {
  return optionLabels[name] ?? name;
}

/** The algorithms by name alone, as the forms know them before the platform has told more. */
export function namedAlgorithms(): Algorithm[] {
  const { options, default: usual } = parameter("BotsCreate", "algorithm");
  return (options ?? []).map(({ value: name }) => ({
    name,
    sentence: "",
    is_default: name === usual,
    unused: {},
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
