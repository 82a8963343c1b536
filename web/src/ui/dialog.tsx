"use client";

import { clsx } from "clsx";
import { X } from "lucide-react";
import * as Radix from "radix-ui/dialog";
import { useState, type ReactElement, type ReactNode } from "react";
import { Button, IconButton } from "./button";
import { Notice } from "./notice";
import { PortalContext } from "./portal";

interface DialogProps {
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** The button that opens it; without one, `open` says whether it is open. */
  trigger?: ReactElement;
  title: string;
  description?: ReactNode;
  footer?: ReactNode;
  children?: ReactNode;
  width?: "sm" | "md" | "lg";
  role?: "alertdialog";
  /** On a phone it comes from the bottom, as high as its content, instead of filling the screen. */
  sheet?: boolean;
}

const full =
  "inset-0 sm:inset-x-3 sm:top-1/2 sm:bottom-auto sm:max-h-[calc(100dvh-2rem)] sm:-translate-y-1/2 sm:rounded-lg sm:border";
const low =
  "inset-x-0 bottom-0 max-h-[85dvh] rounded-t-lg border-t pb-[env(safe-area-inset-bottom)] sm:inset-x-3 sm:top-1/2 sm:bottom-auto sm:-translate-y-1/2 sm:rounded-lg sm:border";
const small = "inset-x-3 top-1/2 max-h-[calc(100dvh-1.5rem)] -translate-y-1/2 rounded-lg border";

const widths = { sm: "sm:max-w-md", md: "sm:max-w-xl", lg: "sm:max-w-4xl" };

/** A question or a form before the page: in its middle, and the whole screen of a phone. */
export function Dialog({
  open,
  onOpenChange,
  trigger,
  title,
  description,
  footer,
  children,
  width = "md",
  role,
  sheet,
}: DialogProps) {
  const [content, setContent] = useState<HTMLElement | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      {trigger && <Radix.Trigger asChild>{trigger}</Radix.Trigger>}
      <Radix.Portal>
        <Radix.Overlay className="bg-veil fixed inset-0 z-40" />
        <Radix.Content
          ref={setContent}
          {...(role && { role })}
          {...(!description && { "aria-describedby": undefined })}
          className={clsx(
            "border-control bg-surface shadow-popup fixed z-40 flex flex-col",
            role === "alertdialog" ? small : sheet ? low : full,
            "mx-auto w-auto",
            widths[width],
          )}
        >
          <header className="py-4 pr-14 pb-2 pl-4">
            <Radix.Title className="text-lg font-semibold wrap-anywhere">{title}</Radix.Title>
            {description && (
              <Radix.Description className="text-muted mt-0.5">{description}</Radix.Description>
            )}
          </header>
          {children !== undefined && (
            <div className="min-h-0 flex-1 overflow-y-auto px-4 py-2">
              <PortalContext value={content}>{children}</PortalContext>
            </div>
          )}
          {footer && (
            <footer className="border-line mt-2 flex flex-wrap justify-end gap-2 border-t px-4 py-3">
              {footer}
            </footer>
          )}
          <Radix.Close asChild>
            <IconButton icon={X} label="Close" className="absolute top-3 right-3" />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmDialogProps {
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  trigger?: ReactElement;
  title: string;
  /** One sentence: what happens, and whether it can be undone. */
  consequence: string;
  confirmLabel: string;
  onConfirm: () => void;
  danger?: boolean;
  busy?: boolean;
  problem?: { msg: string } | null;
  children?: ReactNode;
}

/** Asks before something is done that cannot simply be undone; the one who opened it closes it. */
export function ConfirmDialog({
  consequence,
  confirmLabel,
  onConfirm,
  danger,
  busy,
  problem,
  children,
  ...rest
}: ConfirmDialogProps) {
  return (
    <Dialog
      {...rest}
      role="alertdialog"
      width="sm"
      description={consequence}
      footer={
        <>
          <Radix.Close asChild>
            <Button disabled={busy}>Cancel</Button>
          </Radix.Close>
          <Button variant={danger ? "danger" : "primary"} busy={busy} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      {children || problem ? (
        <div className="flex flex-col gap-3">
          {children}
          {problem && (
            <Notice tone="danger" live>
              {problem.msg}
            </Notice>
          )}
        </div>
      ) : undefined}
    </Dialog>
  );
}
