"use client";

import { useEffect, type ReactNode } from "react";

interface PageProps {
  title: string;
  /** Stands beside the title, as the state of what the page is about. */
  badge?: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A whole view: its one h1, what can be done with it, and its parts one below the other. */
export function Page({ title, badge, subtitle, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · AIBT`;
  }, [title]);
  return (
    <div className="mx-auto flex w-full max-w-[1680px] min-w-0 flex-col gap-4 p-3 sm:p-4 lg:px-6">
      <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-60">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="text-xl font-semibold tracking-tight wrap-anywhere">{title}</h1>
            {badge}
          </div>
          {subtitle && <p className="text-muted mt-0.5 max-w-prose wrap-anywhere">{subtitle}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
