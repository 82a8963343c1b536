import { clsx } from "clsx";
import type { ReactNode } from "react";

export type Tone = "up" | "down" | "none";

interface StatProps {
  label: string;
  value: ReactNode;
  hint?: ReactNode;
  tone?: Tone;
  /** Keeps the room of the value while it is read. */
  busy?: boolean;
}

const tones: Record<Tone, string> = { up: "text-up", down: "text-down", none: "text-ink" };

/** One number with its name. Inside a StatGrid. */
export function Stat({ label, value, hint, tone = "none", busy }: StatProps) {
  return (
    <div className="border-line -mr-px -mb-px flex min-h-[4.75rem] min-w-0 flex-col border-r border-b px-3 py-2.5">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="mt-0.5 min-w-0">
        <span
          className={clsx(
            "block text-lg leading-6 font-semibold tracking-tight wrap-anywhere",
            busy ? "text-transparent" : tones[tone],
          )}
        >
          {busy ? <span className="bg-raised block h-5 w-20 animate-pulse rounded-sm" /> : value}
        </span>
        <span className="text-muted block min-h-4 text-xs">{hint}</span>
      </dd>
    </div>
  );
}

/** Stats side by side, as many as there is room for, with hairlines between them. */
export function StatGrid({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <dl
      aria-label={label}
      className="border-line bg-surface grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] overflow-hidden rounded-lg border"
    >
      {children}
    </dl>
  );
}
