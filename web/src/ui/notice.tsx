import { clsx } from "clsx";
import { CircleCheck, CircleX, Info, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

export type NoticeTone = "info" | "good" | "warn" | "danger";

const looks: Record<NoticeTone, { icon: LucideIcon; word: string; frame: string; ink: string }> = {
  info: { icon: Info, word: "Note", frame: "border-accent/40 bg-accent/8", ink: "text-accent" },
  good: { icon: CircleCheck, word: "Done", frame: "border-up/40 bg-up/8", ink: "text-up" },
  warn: {
    icon: TriangleAlert,
    word: "Warning",
    frame: "border-warn/40 bg-warn/8",
    ink: "text-warn",
  },
  danger: {
    icon: CircleX,
    word: "Problem",
    frame: "border-danger/40 bg-danger/8",
    ink: "text-danger",
  },
};

interface NoticeProps {
  tone?: NoticeTone;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Say it aloud when it appears. */
  live?: boolean;
}

/** A sentence that the reader should not miss. */
export function Notice({ tone = "info", title, children, actions, live }: NoticeProps) {
  const { icon: Icon, word, frame, ink } = looks[tone];
  return (
    <div
      role={live ? (tone === "danger" ? "alert" : "status") : undefined}
      className={clsx("flex items-start gap-2.5 rounded-md border px-3 py-2", frame)}
    >
      <Icon aria-label={word} role="img" className={clsx("mt-0.5 size-4 shrink-0", ink)} />
      <div className="min-w-0 flex-1 wrap-anywhere">
        {title && <p className="font-medium">{title}</p>}
        {children && (
          <div className={clsx(title ? "text-muted text-sm" : "text-ink")}>{children}</div>
        )}
      </div>
      {actions && <div className="flex shrink-0 flex-wrap gap-2">{actions}</div>}
    </div>
  );
}
