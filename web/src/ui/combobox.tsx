"use client";

import { clsx } from "clsx";
import { ChevronDown, LoaderCircle } from "lucide-react";
import * as Popover from "radix-ui/popover";
import { use, useId, useRef, useState, type KeyboardEvent } from "react";
import { controlClass, useFieldControl } from "./field";
import { PortalContext } from "./portal";
import { useOptions, type ComboboxOption } from "./combobox-options";

export type { ComboboxOption } from "./combobox-options";

export interface ComboboxProps {
  value: string;
  onChange: (value: string) => void;
  /** All there is to choose from; searched here. */
  options?: readonly ComboboxOption[];
  /** Searches elsewhere; called a moment after the typing ends. A rejected promise shows its message. */
  load?: (text: string) => Promise<readonly ComboboxOption[]>;
  /** Whether a text that is not among the options counts too. */
  free?: boolean;
  placeholder?: string;
  /** What is said where nothing is found. */
  none?: string;
  disabled?: boolean;
  /** Its name where it stands outside a Field. */
  label?: string;
  onBlur?: () => void;
  /** Called instead of `onChange` with what was chosen or, where `free`, typed and ended by Enter. */
  onTake?: (value: string) => void;
}

/** A text field that suggests: arrows choose, Enter takes, Escape closes. */
export function Combobox({
  value,
  onChange,
  options,
  load,
  free,
  placeholder,
  none = "Nothing found.",
  disabled,
  label,
  onBlur,
  onTake,
}: ComboboxProps) {
  const wiring = useFieldControl();
  const container = use(PortalContext);
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(-1);
  const search = typed ?? "";
  const { found, busy, problem } = useOptions({ options, load, search, wanted: open });
  const chosenLabel = options?.find((option) => option.value === value)?.label ?? value;
  const current = found[active];

  const show = () => {
    if (disabled) return;
    setOpen(true);
  };
  const close = () => {
    setOpen(false);
    setActive(-1);
    setTyped(null);
  };
  const take = (option: ComboboxOption) => {
    (onTake ?? onChange)(option.value);
    close();
  };
  const takeIfAny = (option: ComboboxOption | undefined) => option && (() => take(option));
  const type = (text: string) => {
    setTyped(text);
    setActive(free ? -1 : 0);
    show();
    if (free) onChange(text);
    else if (text === "") onChange("");
  };
  const move = (by: number) => {
    if (!open) return show();
    if (found.length === 0) return;
    const next =
      active < 0 && by < 0 ? found.length - 1 : (active + by + found.length) % found.length;
    setActive(next);
    document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const written = free && onTake && value !== "" ? { value } : undefined;
    const acts: Record<string, (() => void) | undefined> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Enter: takeIfAny((open ? current : undefined) ?? written),
      Escape: open ? close : undefined,
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  return (
    <Popover.Root open={open} onOpenChange={(next) => (next ? show() : close())}>
      <Popover.Anchor asChild>
        <div className="relative min-w-0">
          <input
            ref={input}
            {...wiring}
            role="combobox"
            type="text"
            autoComplete="off"
            spellCheck={false}
            aria-label={label}
            aria-expanded={open}
            aria-controls={open ? listId : undefined}
            aria-autocomplete="list"
            aria-activedescendant={open && current ? `${listId}-${active}` : undefined}
            placeholder={placeholder}
            disabled={disabled}
            value={typed ?? chosenLabel}
            onChange={(event) => type(event.target.value)}
            onClick={show}
            onKeyDown={onKeyDown}
            onBlur={() => {
              close();
              onBlur?.();
            }}
            className={clsx(controlClass, "pr-8")}
          />
          <span className="text-muted pointer-events-none absolute inset-y-0 right-2.5 flex items-center">
            {busy ? (
              <LoaderCircle aria-hidden className="size-4 animate-spin" />
            ) : (
              <ChevronDown aria-hidden className="size-4" />
            )}
          </span>
        </div>
      </Popover.Anchor>
      <Popover.Portal container={container}>
        <Popover.Content
          role="presentation"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => {
            if (event.target === input.current) event.preventDefault();
          }}
          onMouseDown={(event) => event.preventDefault()}
          className="border-control bg-surface shadow-popup pointer-events-auto z-50 flex max-h-[min(20rem,var(--radix-popover-content-available-height))] w-(--radix-popover-trigger-width) min-w-48 flex-col rounded-lg border p-1"
        >
          <ul
            id={listId}
            role="listbox"
            aria-label={label ?? "Suggestions"}
            aria-busy={busy}
            className="min-h-0 overflow-y-auto"
          >
            {found.map((option, index) => (
              <li
                key={option.value}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={option.value === value}
                onClick={() => take(option)}
                onPointerMove={() => setActive(index)}
                className={clsx(
                  "flex min-h-8 cursor-pointer flex-wrap items-baseline gap-x-3 rounded-md px-2 py-1.5 pointer-coarse:min-h-10",
                  index === active && "bg-raised",
                  option.value === value && "text-accent",
                )}
              >
                <span className="wrap-anywhere">{option.label ?? option.value}</span>
                {option.hint && (
                  <span className="text-muted ml-auto text-sm font-normal">{option.hint}</span>
                )}
              </li>
            ))}
          </ul>
          <p role="status" className="text-muted px-2 text-sm not-empty:py-1.5">
            {problem ?? (found.length > 0 ? "" : busy ? "Searching …" : none)}
          </p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
