"use client";

import { clsx } from "clsx";
import { Check, Minus, type LucideIcon } from "lucide-react";
import * as RadixCheckbox from "radix-ui/checkbox";
import * as RadixRadio from "radix-ui/radio-group";
import * as RadixSwitch from "radix-ui/switch";
import { useId, type ReactNode } from "react";
import { useFieldControl, useFieldLabel } from "./field";

interface SwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
}

/** On or off, effective at once; its label stands beside it. */
export function Switch({ checked, onChange, label, hint, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex min-h-8 items-start gap-2.5 pointer-coarse:min-h-10">
      <RadixSwitch.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="border-control bg-raised data-[state=checked]:border-accent data-[state=checked]:bg-accent relative mt-1 h-5 w-9 shrink-0 cursor-pointer rounded-full border transition-colors after:absolute after:-inset-2.5 disabled:cursor-not-allowed disabled:opacity-50"
      >
        <RadixSwitch.Thumb className="bg-control data-[state=checked]:bg-on-accent block size-3.5 translate-x-0.5 rounded-full transition-transform data-[state=checked]:translate-x-4.5" />
      </RadixSwitch.Root>
      <ChoiceText id={id} label={label} hint={hint} />
    </div>
  );
}

function ChoiceText({ id, label, hint }: { id: string; label: ReactNode; hint?: ReactNode }) {
  return (
    <div className="min-w-0 pt-1 leading-5">
      <label htmlFor={id} className="cursor-pointer font-medium">
        {label}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="text-muted text-sm">
          {hint}
        </p>
      )}
    </div>
  );
}

interface CheckboxProps extends Omit<SwitchProps, "checked"> {
  checked: boolean | "indeterminate";
  /** Keep the label for screen readers only, as in a table. */
  hideLabel?: boolean;
}

export function Checkbox({ checked, onChange, label, hint, disabled, hideLabel }: CheckboxProps) {
  const id = useId();
  const box = (
    <RadixCheckbox.Root
      id={id}
      checked={checked}
      onCheckedChange={(next) => onChange(next === true)}
      disabled={disabled}
      aria-label={hideLabel && typeof label === "string" ? label : undefined}
      aria-describedby={hint ? `${id}-hint` : undefined}
      className={clsx(
        "border-control bg-surface data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent text-on-accent relative flex size-4.5 shrink-0 cursor-pointer items-center justify-center rounded-sm border after:absolute after:-inset-1.5 disabled:cursor-not-allowed disabled:opacity-50 pointer-coarse:after:-inset-3",
        !hideLabel && "mt-1",
      )}
    >
      <RadixCheckbox.Indicator>
        {checked === "indeterminate" ? (
          <Minus aria-hidden className="size-3.5" strokeWidth={3} />
        ) : (
          <Check aria-hidden className="size-3.5" strokeWidth={3} />
        )}
      </RadixCheckbox.Indicator>
    </RadixCheckbox.Root>
  );
  if (hideLabel) return box;
  return (
    <div className="flex min-h-8 items-start gap-2.5 pointer-coarse:min-h-10">
      {box}
      <ChoiceText id={id} label={label} hint={hint} />
    </div>
  );
}

interface ChoiceGroupProps {
  className: string;
  children: ReactNode;
}

/** Several checkboxes that belong together; the Field around them, with `group`, names them. */
export function ChoiceGroup({ className, children }: ChoiceGroupProps) {
  const labelId = useFieldLabel();
  const { "aria-describedby": describedBy } = useFieldControl();
  return (
    <div
      role="group"
      aria-labelledby={labelId}
      aria-describedby={describedBy}
      className={className}
    >
      {children}
    </div>
  );
}

export interface ChoiceOption<V extends string = string> {
  value: V;
  label: string;
  hint?: ReactNode;
  icon?: LucideIcon;
  disabled?: boolean;
}

interface ChoiceProps<V extends string> {
  value: V;
  onChange: (value: V) => void;
  options: readonly ChoiceOption<V>[];
  /** Its name where it stands outside a Field with `group`. */
  label?: string;
}

/** One of a few, each with room for an explanation. */
export function RadioGroup<V extends string>({ value, onChange, options, label }: ChoiceProps<V>) {
  const labelId = useFieldLabel();
  const { "aria-describedby": describedBy } = useFieldControl();
  const id = useId();
  return (
    <RadixRadio.Root
      value={value}
      onValueChange={(next) => onChange(next as V)}
      aria-label={label}
      aria-labelledby={label ? undefined : labelId}
      aria-describedby={describedBy}
      className="flex flex-col"
    >
      {options.map((option) => (
        <div
          key={option.value}
          className="flex min-h-8 items-start gap-2.5 pointer-coarse:min-h-10"
        >
          <RadixRadio.Item
            id={`${id}-${option.value}`}
            value={option.value}
            disabled={option.disabled}
            aria-describedby={option.hint ? `${id}-${option.value}-hint` : undefined}
            className="border-control bg-surface data-[state=checked]:border-accent relative mt-1 flex size-4.5 shrink-0 cursor-pointer items-center justify-center rounded-full border after:absolute after:-inset-2 disabled:cursor-not-allowed disabled:opacity-50"
          >
            <RadixRadio.Indicator className="bg-accent size-2.5 rounded-full" />
          </RadixRadio.Item>
          <ChoiceText id={`${id}-${option.value}`} label={option.label} hint={option.hint} />
        </div>
      ))}
    </RadixRadio.Root>
  );
}

/** One of a few short words, side by side. */
export function Segmented<V extends string>({ value, onChange, options, label }: ChoiceProps<V>) {
  const labelId = useFieldLabel();
  const { "aria-describedby": describedBy } = useFieldControl();
  return (
    <RadixRadio.Root
      value={value}
      onValueChange={(next) => onChange(next as V)}
      aria-label={label}
      aria-labelledby={label ? undefined : labelId}
      aria-describedby={describedBy}
      orientation="horizontal"
      className="border-control bg-raised inline-flex max-w-full flex-wrap gap-0.5 self-start rounded-md border p-0.5"
    >
      {options.map(({ value: each, label: text, icon: Icon, disabled }) => (
        <RadixRadio.Item
          key={each}
          value={each}
          disabled={disabled}
          className="text-muted hover:text-ink data-[state=checked]:bg-surface data-[state=checked]:text-ink data-[state=checked]:ring-control inline-flex min-h-6.5 cursor-pointer items-center gap-1.5 rounded-sm px-2.5 text-sm font-medium disabled:cursor-not-allowed disabled:opacity-50 data-[state=checked]:ring-1 pointer-coarse:min-h-10"
        >
          {Icon && <Icon aria-hidden className="size-4" />}
          {text}
        </RadixRadio.Item>
      ))}
    </RadixRadio.Root>
  );
}
