"use client";

import { useState } from "react";
import {
  defaultText,
  fault as faultOf,
  parameter,
  textOf,
  valueOf,
  type Model,
  type Parameter,
  type ParameterName,
} from "@/lib/parameters";
import { Checkbox, ChoiceGroup, Switch } from "./choice";
import { DateInput, Field, NumberInput, TextArea, TextInput } from "./field";
import { ListInput } from "./list-input";
import { Select } from "./select";

interface ParameterFieldProps<M extends Model> {
  model: M;
  name: ParameterName<M>;
  /** As it was typed; `valueOf` in lib/parameters says what it means. */
  value: string;
  onChange: (text: string) => void;
  /** What the server said of it; shown before our own finding. */
  fault?: string | null;
  /** Show faults of a field that nobody has touched yet, as after a try to send the form. */
  revealed?: boolean;
  label?: string;
  hint?: string;
  disabled?: boolean;
  className?: string;
}

const longText = 1000;

/** One field of a request, as the platform describes it. */
export function ParameterField<M extends Model>({
  model,
  name,
  value,
  onChange,
  fault,
  revealed,
  label,
  hint,
  disabled,
  className,
}: ParameterFieldProps<M>) {
  const [touched, setTouched] = useState(false);
  const described = parameter(model, name);
  const finding = touched || revealed ? faultOf(described, value) : null;
  const words = { label: label ?? described.label, hint: hint ?? described.description };
  const change = (text: string) => {
    if (value !== "" || text.length > 1) setTouched(true);
    onChange(text);
  };
  if (described.kind === "boolean" && !described.nullable) {
    const checked = value === "" ? described.default === true : value === "true";
    return (
      <Switch
        checked={checked}
        onChange={(next) => onChange(String(next))}
        {...words}
        disabled={disabled}
      />
    );
  }
  return (
    <Field
      {...words}
      aside={asideOf(described)}
      required={described.required && !described.nullable}
      group={described.kind === "list" && described.options !== null}
      fault={fault ?? finding}
      className={className}
    >
      <Control
        parameter={described}
        value={value}
        onChange={change}
        onBlur={() => setTouched(true)}
        disabled={disabled}
      />
    </Field>
  );
}

function asideOf(described: Parameter): string | undefined {
  const usual = defaultText(described);
  if (described.kind === "choice") return undefined;
  if (usual !== null) return `Default ${usual}`;
  const saysSoItself = described.kind === "number" || described.kind === "text";
  return saysSoItself ? undefined : whetherOptional(described);
}

function whetherOptional(described: Parameter): string | undefined {
  return described.required && !described.nullable ? undefined : "Optional";
}

interface ControlProps {
  parameter: Parameter;
  value: string;
  onChange: (text: string) => void;
  onBlur: () => void;
  disabled?: boolean;
}

function Control({ parameter: described, ...rest }: ControlProps) {
  const { kind, nullable, options, unit, integer, maxLength } = described;
  const placeholder = defaultText(described) ?? whetherOptional(described);
  if (kind === "boolean") {
    const yesNo = [
      { value: "true", label: "Yes" },
      { value: "false", label: "No" },
    ];
    return <Select {...rest} options={withEmpty(yesNo, "Unchanged")} />;
  }
  if (kind === "choice" && options) {
    const usual = defaultText(described);
    const empty = nullable || usual !== null;
    const emptyLabel = usual === null ? "Automatic" : `Default (${usual})`;
    return <Select {...rest} options={empty ? withEmpty(options, emptyLabel) : options} />;
  }
  if (kind === "date") return <DateInput {...rest} />;
  if (kind === "number") {
    return <NumberInput {...rest} integer={integer} suffix={unit} placeholder={placeholder} />;
  }
  if (kind === "text" && (maxLength ?? 0) >= longText && described.pattern === null) {
    return <TextArea {...rest} placeholder={placeholder} />;
  }
  if (kind === "list") return <ListControl parameter={described} {...rest} />;
  return <TextInput {...rest} placeholder={placeholder} />;
}

function ListControl({ parameter: described, value, onChange, onBlur, disabled }: ControlProps) {
  const given = value === "" ? described.default : valueOf(described, value);
  const values = Array.isArray(given) ? given : [];
  const change = (next: string[]) => onChange(textOf(next));
  if (!described.options) {
    return <ListInput values={values} onChange={change} onBlur={onBlur} disabled={disabled} free />;
  }
  return (
    <ChoiceGroup className="flex flex-wrap gap-x-4">
      {described.options.map(({ value: each, label }) => (
        <Checkbox
          key={each}
          label={label}
          checked={values.includes(each)}
          disabled={disabled}
          onChange={(on) =>
            change(on ? [...values, each] : values.filter((other) => other !== each))
          }
        />
      ))}
    </ChoiceGroup>
  );
}

function withEmpty(options: { value: string; label: string }[], label: string) {
  return [{ value: "", label }, ...options];
}
