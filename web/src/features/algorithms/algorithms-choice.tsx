"use client";

import { algorithmLabel, takesEncoder } from "@/features/algorithms/algorithms";
import { useAlgorithms } from "@/features/algorithms/use-algorithms";
import { Checkbox, ChoiceGroup } from "@/ui/choice";
import { Field } from "@/ui/field";

interface AlgorithmsChoiceProps {
  /** Names of the chosen ones; none: all that take the encoder. */
  value: readonly string[];
  onChange: (names: string[]) => void;
  /** What all of them are to learn with. */
  encoder: string;
  fault?: string;
}

/** Several of the algorithms, each with what it does. */
export function AlgorithmsChoice({ value, onChange, encoder, fault }: AlgorithmsChoiceProps) {
  const algorithms = useAlgorithms();
  const able = algorithms
    .map(({ name }) => name)
    .filter((name) => takesEncoder(algorithms, name, encoder));
  const chosen = value.length === 0 ? able : able.filter((name) => value.includes(name));
  const change = (name: string, on: boolean) => {
    const next = able.filter((each) => (each === name ? on : chosen.includes(each)));
    onChange(next.length === able.length ? [] : next);
  };
  return (
    <Field group label="Algorithms" hint="At least one" fault={fault}>
      <ChoiceGroup className="grid gap-x-4 sm:grid-cols-2">
        {algorithms.map(({ name, sentence }) => (
          <Checkbox
            key={name}
            label={algorithmLabel(name)}
            hint={sentence}
            checked={chosen.includes(name)}
            disabled={!able.includes(name) || (chosen.length === 1 && chosen[0] === name)}
            onChange={(on) => change(name, on)}
          />
        ))}
      </ChoiceGroup>
    </Field>
  );
}
