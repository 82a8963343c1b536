"use client";

import { algorithmLabel } from "@/features/algorithms/algorithms";
import { useAlgorithms } from "@/features/algorithms/use-algorithms";
import { RadioGroup } from "@/ui/choice";
import { Field } from "@/ui/field";

interface AlgorithmChoiceProps {
  value: string;
  onChange: (name: string) => void;
  /** What the bot learns by so far, where there is one. */
  own?: string;
  fault?: string;
  className?: string;
}

/** How a bot learns: one of the algorithms, each with what it does. */
export function AlgorithmChoice({ value, onChange, own, fault, className }: AlgorithmChoiceProps) {
  const algorithms = useAlgorithms();
  const usual = algorithms.find((each) => each.is_default)?.name;
  const aside =
    own !== undefined
      ? `The bot’s own is ${algorithmLabel(own)}`
      : usual && `Default ${algorithmLabel(usual)}`;
  return (
    <Field group label="Algorithm" aside={aside} fault={fault} className={className}>
      <RadioGroup
        value={value}
        onChange={onChange}
        options={algorithms.map(({ name, sentence }) => ({
          value: name,
          label: algorithmLabel(name),
          hint: sentence,
        }))}
      />
    </Field>
  );
}
