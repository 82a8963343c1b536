"use client";

import { clsx } from "clsx";
import { Check, ChevronDown } from "lucide-react";
import * as Radix from "radix-ui/select";
import { controlClass, useFieldControl } from "./field";

export interface SelectOption {
  value: string;
  label: string;
  hint?: string;
  disabled?: boolean;
}

interface SelectProps {
  value: string;
  onChange: (value: string) => void;
  options: readonly SelectOption[];
  placeholder?: string;
  disabled?: boolean;
  /** Its name where it stands outside a Field. */
  label?: string;
  className?: string;
}

/** Radix keeps the empty word for "nothing chosen", and an option may be empty: so each value is marked. */
const mark = (value: string) => `=${value}`;

/** One of a list. */
export function Select({
  value,
  onChange,
  options,
  placeholder = "Choose",
  disabled,
  label,
  className,
}: SelectProps) {
  const wiring = useFieldControl();
  const chosen = options.find((option) => option.value === value);
  return (
    <Radix.Root
      value={chosen ? mark(value) : ""}
      onValueChange={(next) => onChange(next.slice(1))}
      disabled={disabled}
    >
      <Radix.Trigger
        {...wiring}
        aria-label={label}
        className={clsx(
          controlClass,
          "hover:bg-raised flex cursor-pointer items-center justify-between gap-2 text-left",
          !chosen && "text-muted",
          className,
        )}
      >
        <span className="min-w-0 wrap-anywhere">
          <Radix.Value placeholder={placeholder}>{chosen?.label}</Radix.Value>
        </span>
        <Radix.Icon asChild>
          <ChevronDown aria-hidden className="text-muted size-4 shrink-0" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="border-control bg-surface shadow-popup z-50 max-h-(--radix-select-content-available-height) max-w-[calc(100vw-1rem)] min-w-(--radix-select-trigger-width) overflow-hidden rounded-lg border"
        >
          <Radix.Viewport className="p-1">
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={mark(option.value)}
                disabled={option.disabled}
                className="data-highlighted:bg-raised flex min-h-8 cursor-pointer items-center gap-2 rounded-md py-1 pr-2 pl-2 outline-none select-none data-disabled:cursor-not-allowed data-disabled:opacity-50 pointer-coarse:min-h-10"
              >
                <span className="min-w-0 flex-1">
                  <Radix.ItemText>{option.label}</Radix.ItemText>
                  {option.hint && <span className="text-muted block text-xs">{option.hint}</span>}
                </span>
                <Radix.ItemIndicator>
                  <Check aria-hidden className="text-accent size-4" />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
