import { clsx } from "clsx";
import { LoaderCircle, type LucideIcon } from "lucide-react";
import Link from "./link";
import type { ComponentProps, ReactNode } from "react";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";
export type ButtonSize = "sm" | "md";

interface Looks {
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: LucideIcon;
}

const base =
  "inline-flex shrink-0 cursor-pointer items-center justify-center rounded-md border font-medium " +
  "transition-colors select-none disabled:cursor-not-allowed disabled:opacity-50 " +
  "aria-disabled:cursor-not-allowed aria-disabled:opacity-50 pointer-coarse:min-h-10";

const variants: Record<ButtonVariant, string> = {
  primary: "border-transparent bg-accent text-on-accent hover:bg-accent-strong",
  secondary: "border-control bg-surface text-ink hover:bg-raised",
  ghost: "border-transparent text-muted hover:bg-raised hover:text-ink",
  danger: "border-danger bg-surface text-danger hover:bg-danger hover:text-on-danger",
};

const sizes: Record<ButtonSize, string> = {
  sm: "min-h-7 gap-1.5 px-2 text-sm",
  md: "min-h-8 gap-2 px-3 text-base",
};

const squares: Record<ButtonSize, string> = {
  sm: "size-7 pointer-coarse:min-w-10",
  md: "size-8 pointer-coarse:min-w-10",
};

export function buttonClass({ variant = "secondary", size = "md" }: Looks = {}): string {
  return clsx(base, variants[variant], sizes[size]);
}

type ButtonProps = ComponentProps<"button"> & Looks & { busy?: boolean };

export function Button({ variant, size, icon, busy, children, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={clsx(buttonClass({ variant, size }), className)}
    >
      <ButtonIcon icon={icon} busy={busy} />
      {children}
    </button>
  );
}

function ButtonIcon({ icon: Icon, busy }: { icon?: LucideIcon; busy?: boolean }) {
  if (busy) return <LoaderCircle aria-hidden className="size-4 animate-spin" />;
  return Icon ? <Icon aria-hidden className="size-4" /> : null;
}

type IconButtonProps = Omit<ComponentProps<"button">, "children"> & {
  icon: LucideIcon;
  label: string;
  variant?: ButtonVariant;
  size?: ButtonSize;
  busy?: boolean;
};

/** A button that shows only its icon; the label is what it is called, and what a pointer resting on it shows. */
export function IconButton({
  icon,
  label,
  variant = "ghost",
  size = "md",
  busy,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={clsx(base, variants[variant], squares[size], className)}
    >
      <ButtonIcon icon={icon} busy={busy} />
    </button>
  );
}

type LinkButtonProps = ComponentProps<typeof Link> & Looks & { children: ReactNode };

export function LinkButton({ variant, size, icon, children, className, ...rest }: LinkButtonProps) {
  return (
    <Link {...rest} className={clsx(buttonClass({ variant, size }), className)}>
      <ButtonIcon icon={icon} />
      {children}
    </Link>
  );
}
