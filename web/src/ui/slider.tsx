"use client";

import * as Radix from "radix-ui/slider";
import { useFieldControl, useFieldLabel } from "./field";

interface SliderProps {
  value: number;
  onChange: (value: number) => void;
  /** When the hand is taken off: for what is costly. */
  onCommit?: (value: number) => void;
  minimum: number;
  maximum: number;
  step?: number;
  /** Its name where it stands outside a Field with `group`. */
  label?: string;
  /** What the value means, read instead of the number. */
  text?: string;
  disabled?: boolean;
}

export function Slider({
  value,
  onChange,
  onCommit,
  minimum,
  maximum,
  step = 1,
  label,
  text,
  disabled,
}: SliderProps) {
  const labelId = useFieldLabel();
  const { "aria-describedby": describedBy } = useFieldControl();
  return (
    <Radix.Root
      value={[value]}
      onValueChange={([next]) => next !== undefined && onChange(next)}
      onValueCommit={([next]) => next !== undefined && onCommit?.(next)}
      min={minimum}
      max={maximum}
      step={step}
      disabled={disabled}
      className="relative flex min-h-8 w-full min-w-0 cursor-pointer touch-none items-center select-none data-disabled:cursor-not-allowed data-disabled:opacity-50 pointer-coarse:min-h-10"
    >
      <Radix.Track className="bg-control/40 relative h-1 grow rounded-full">
        <Radix.Range className="bg-accent absolute h-full rounded-full" />
      </Radix.Track>
      <Radix.Thumb
        aria-label={label}
        aria-labelledby={label ? undefined : labelId}
        aria-describedby={describedBy}
        aria-valuetext={text}
        className="border-accent bg-surface relative block size-4 rounded-full border-2 after:absolute after:-inset-3"
      />
    </Radix.Root>
  );
}
