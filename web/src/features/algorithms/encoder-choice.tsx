"use client";

import { encoderLabel, takesEncoder, unusedHint } from "@/features/algorithms/algorithms";
import { useAlgorithms, useEncoders } from "@/features/algorithms/use-algorithms";
import { RadioGroup } from "@/ui/choice";
import { Field } from "@/ui/field";

interface EncoderChoiceProps {
  value: string;
  onChange: (name: string) => void;
  /** What is to learn with it; undefined: it is not one algorithm alone. */
  algorithm?: string;
  /** What the bot has so far, where there is one. */
  own?: string;
  fault?: string;
  className?: string;
}

/** How a bot's network reads the bars: one of the encoders, each with what it does. */
export function EncoderChoice(props: EncoderChoiceProps) {
  const { value, onChange, algorithm = "", own, fault, className } = props;
  const algorithms = useAlgorithms();
  const encoders = useEncoders();
  const usual = encoders.find((each) => each.is_default)?.name;
  const aside =
    own !== undefined
      ? `The bot’s own is ${encoderLabel(own)}`
      : usual && `Default ${encoderLabel(usual)}`;
  return (
    <Field
      group
      label="Encoder"
      hint={unusedHint(algorithms, algorithm, "encoder")}
      aside={aside}
      fault={fault}
      className={className}
    >
      <RadioGroup
        value={value}
        onChange={onChange}
        options={encoders.map(({ name, sentence }) => ({
          value: name,
          label: encoderLabel(name),
          hint: sentence,
          disabled: !takesEncoder(algorithms, algorithm, name),
        }))}
      />
    </Field>
  );
}
