"use client";

import { clsx } from "clsx";
import type { LucideIcon } from "lucide-react";
import Link from "./link";
import * as Radix from "radix-ui/dropdown-menu";
import type { ReactElement, ReactNode } from "react";

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "center" | "end";
  /** Shown on top, as whose menu it is. */
  title?: ReactNode;
}

export function Menu({ trigger, children, align = "end", title }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={content()}>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="border-control bg-surface shadow-popup z-50 max-h-(--radix-dropdown-menu-content-available-height) max-w-[calc(100vw-1rem)] min-w-44 overflow-y-auto rounded-lg border p-1"
        >
          {title && (
            <>
              <Radix.Label className="text-muted px-2 py-1.5 text-sm wrap-anywhere">
                {title}
              </Radix.Label>
              <MenuSeparator />
            </>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Inside the page's own content, so that a screen reader finds it in a landmark. */
function content(): HTMLElement | null {
  return typeof document === "undefined" ? null : document.getElementById("content");
}

interface MenuItemProps {
  icon?: LucideIcon;
  children: ReactNode;
  onSelect?: () => void;
  href?: string;
  danger?: boolean;
  disabled?: boolean;
}

const itemClass =
  "flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2 outline-none select-none pointer-coarse:min-h-10 " +
  "data-highlighted:bg-raised data-disabled:cursor-not-allowed data-disabled:opacity-50";

export function MenuItem({
  icon: Icon,
  children,
  onSelect,
  href,
  danger,
  disabled,
}: MenuItemProps) {
  const className = clsx(itemClass, danger && "text-danger");
  const content = (
    <>
      {Icon && <Icon aria-hidden className={clsx("size-4 shrink-0", !danger && "text-muted")} />}
      {children}
    </>
  );
  return (
    <Radix.Item
      asChild={href !== undefined}
      disabled={disabled}
      onSelect={onSelect}
      className={className}
    >
      {href === undefined ? content : <Link href={href}>{content}</Link>}
    </Radix.Item>
  );
}

interface MenuChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string; icon?: LucideIcon }[];
}

/** One of several, inside a menu. */
export function MenuChoice({ label, value, onChange, options }: MenuChoiceProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <Radix.Label className="text-muted px-2 pt-1.5 pb-1 text-xs">{label}</Radix.Label>
      {options.map(({ value: each, label: text, icon: Icon }) => (
        <Radix.RadioItem key={each} value={each} className={itemClass}>
          {Icon && <Icon aria-hidden className="text-muted size-4 shrink-0" />}
          <span className="flex-1">{text}</span>
          <Radix.ItemIndicator aria-hidden className="bg-accent size-2 rounded-full" />
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className="bg-line -mx-1 my-1 h-px" />;
}
