"use client";

import { clsx } from "clsx";
import { CircleCheck, CircleX, Info, X } from "lucide-react";
import { useEffect, useState } from "react";
import { create } from "zustand";
import { Button, IconButton } from "./button";

export type ToastTone = "info" | "good" | "danger";

interface ToastOptions {
  tone?: ToastTone;
  action?: { label: string; run: () => void };
}

interface Shown extends ToastOptions {
  id: number;
  text: string;
}

const lastsMs = 6_000;
const atMost = 4;
let lastId = 0;

const useToasts = create<{ shown: Shown[] }>(() => ({ shown: [] }));

/** Say something that the page itself does not show, for some seconds. */
export function toast(text: string, options: ToastOptions = {}): void {
  const shown = { id: ++lastId, text, ...options };
  useToasts.setState((before) => ({ shown: [...before.shown, shown].slice(-atMost) }));
}

function close(id: number): void {
  useToasts.setState((before) => ({ shown: before.shown.filter((each) => each.id !== id) }));
}

/** Where toasts appear: once per page, always there, so that screen readers hear what comes. */
export function Toasts() {
  const shown = useToasts((toasts) => toasts.shown);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-0 bottom-16 left-0 z-60 flex flex-col items-center gap-2 px-3 md:bottom-4 md:items-end md:px-4"
    >
      {shown.map((each) => (
        <Toast key={each.id} {...each} />
      ))}
    </div>
  );
}

const icons = { info: Info, good: CircleCheck, danger: CircleX };
const inks = { info: "text-accent", good: "text-up", danger: "text-danger" };

function Toast({ id, text, tone = "info", action }: Shown) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || tone === "danger") return;
    const timer = setTimeout(() => close(id), lastsMs);
    return () => clearTimeout(timer);
  }, [id, held, tone]);
  const Icon = icons[tone];
  return (
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="border-control bg-surface shadow-popup pointer-events-auto flex w-full max-w-sm items-center gap-2.5 rounded-lg border py-1.5 pr-2 pl-3"
    >
      <Icon aria-hidden className={clsx("size-4 shrink-0", inks[tone])} />
      <p className="min-w-0 flex-1 py-1 wrap-anywhere">{text}</p>
      {action && (
        <Button
          size="sm"
          onClick={() => {
            action.run();
            close(id);
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton icon={X} label="Close this message" size="sm" onClick={() => close(id)} />
    </div>
  );
}
