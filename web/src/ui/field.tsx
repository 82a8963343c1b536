"use client";

import { clsx } from "clsx";
import {
  createContext,
  use,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  type ComponentProps,
  type ReactNode,
} from "react";

interface Wiring {
  id?: string;
  labelId?: string;
  describedBy?: string;
  invalid?: boolean;
  required?: boolean;
}

const FieldContext = createContext<Wiring>({});

/** What a control inside a Field needs, so that its label, hint and fault belong to it. */
export function useFieldControl(): {
  id?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
  "aria-required"?: true;
} {
  const { id, describedBy, invalid, required } = use(FieldContext);
  return {
    id,
    "aria-describedby": describedBy,
    "aria-invalid": invalid || undefined,
    "aria-required": required || undefined,
  };
}

/** The id of the label, for groups that are labelled rather than focused. */
export function useFieldLabel(): string | undefined {
  return use(FieldContext).labelId;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong with the content. */
  fault?: string | null;
  required?: boolean;
  /** Stands at the right of the label, as a unit or a default. */
  aside?: ReactNode;
  /** For groups of controls: the label names the group and focuses nothing. */
  group?: boolean;
  /** Keep the label for screen readers only. */
  hideLabel?: boolean;
  className?: string;
  children: ReactNode;
}

/** A control with its label above, and its hint or its fault below. */
export function Field({
  label,
  hint,
  fault,
  required,
  aside,
  group,
  hideLabel,
  className,
  children,
}: FieldProps) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  const faultId = fault ? `${id}-fault` : undefined;
  const describedBy = [faultId, hintId].filter(Boolean).join(" ") || undefined;
  const invalid = Boolean(fault);
  const wiring = useMemo(
    () => ({ id, labelId: `${id}-label`, describedBy, invalid, required }),
    [id, describedBy, invalid, required],
  );
  const Label = group ? "span" : "label";
  return (
    <div className={clsx("flex min-w-0 flex-col gap-1", className)}>
      <div
        className={clsx(
          "flex flex-wrap items-baseline justify-between gap-x-3",
          hideLabel && "sr-only",
        )}
      >
        <Label id={wiring.labelId} {...(!group && { htmlFor: id })} className="font-medium">
          {label}
          {required && (
            <span aria-hidden className="text-muted ml-0.5">
              *
            </span>
          )}
        </Label>
        {aside && <span className="text-muted text-xs">{aside}</span>}
      </div>
      <FieldContext value={wiring}>{children}</FieldContext>
      {fault && (
        <p id={faultId} className="text-danger text-sm wrap-anywhere">
          {fault}
        </p>
      )}
      {hint && (
        <p id={hintId} className="text-muted text-sm wrap-anywhere">
          {hint}
        </p>
      )}
    </div>
  );
}

/** How everything looks that text is typed into or that opens a list. */
export const controlClass =
  "border-control bg-surface w-full min-w-0 rounded-md border px-2.5 min-h-8 text-base pointer-coarse:min-h-10 " +
  "placeholder:text-muted disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-danger " +
  "focus-visible:outline-offset-0";

type InputProps = Omit<ComponentProps<"input">, "onChange" | "value" | "size"> & {
  value: string;
  onChange: (value: string) => void;
  /** Written inside, at the right end: a unit or a button. */
  suffix?: ReactNode;
};

export function TextInput({ onChange, className, suffix, ...rest }: InputProps) {
  const wiring = useFieldControl();
  const input = (
    <input
      type="text"
      {...wiring}
      {...rest}
      onChange={(event) => onChange(event.target.value)}
      className={clsx(controlClass, suffix && "pr-16", className)}
    />
  );
  if (!suffix) return input;
  return (
    <div className="relative min-w-0">
      {input}
      <div className="text-muted pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-sm *:pointer-events-auto">
        {suffix}
      </div>
    </div>
  );
}

/** A number as it was typed, so that half a number such as "1e-" can stand there. */
export function NumberInput(props: InputProps & { integer?: boolean }) {
  const { integer, ...rest } = props;
  return (
    <TextInput
      inputMode={integer ? "numeric" : "decimal"}
      autoComplete="off"
      spellCheck={false}
      {...rest}
    />
  );
}

/** A date as 2025-06-02; an empty text is no date. */
export function DateInput(props: InputProps) {
  return <TextInput type="date" {...props} />;
}

type TextAreaProps = Omit<ComponentProps<"textarea">, "onChange" | "value"> & {
  value: string;
  onChange: (value: string) => void;
};

/** Grows with its text, up to half of the screen. */
export function TextArea({ onChange, className, value, rows = 3, ...rest }: TextAreaProps) {
  const wiring = useFieldControl();
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [value]);
  return (
    <textarea
      ref={area}
      rows={rows}
      value={value}
      {...wiring}
      {...rest}
      onChange={(event) => onChange(event.target.value)}
      className={clsx(controlClass, "max-h-[50dvh] resize-y py-1.5", className)}
    />
  );
}
