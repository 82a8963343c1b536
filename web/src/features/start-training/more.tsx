"use client";

import { ChevronRight } from "lucide-react";
import { useState, type ReactNode } from "react";

interface MoreProps {
  title: string;
  hint?: string;
  /** Something inside wants to be seen. */
  forced?: boolean;
  children: ReactNode;
}

/** What most people leave as it is: opened by those who do not. */
export function More({ title, hint, forced = false, children }: MoreProps) {
  const [open, setOpen] = useState(false);
  return (
    <details
      open={open || forced}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="border-line group rounded-md border"
    >
      <summary className="hover:bg-raised flex min-h-9 cursor-pointer list-none items-center gap-2 rounded-md px-3 py-1.5 pointer-coarse:min-h-11">
        <ChevronRight
          aria-hidden
          className="text-muted size-4 shrink-0 transition-transform group-open:rotate-90"
        />
        <span className="font-medium">{title}</span>
        {hint && <span className="text-muted text-sm">{hint}</span>}
      </summary>
      <div className="grid gap-x-4 gap-y-3 px-3 pt-2 pb-3 sm:grid-cols-2">{children}</div>
    </details>
  );
}
