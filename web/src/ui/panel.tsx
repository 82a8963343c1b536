import { clsx } from "clsx";
import { useId, type ReactNode } from "react";

type Level = 2 | 3 | 4;

interface PanelProps {
  title?: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  level?: Level;
  /** Let the content touch the borders, as tables and charts do. */
  flush?: boolean;
  className?: string;
}

/** A part of a page, with its own heading where it has a title. */
export function Panel({ title, hint, actions, children, level = 2, flush, className }: PanelProps) {
  const id = useId();
  const Heading = `h${level}` as const;
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={clsx("border-line bg-surface min-w-0 rounded-lg border", className)}
    >
      {(title || actions) && (
        <header className="flex flex-wrap items-start gap-x-3 gap-y-1 px-3 pt-3 pb-2.5 sm:px-4">
          <div className="min-w-0 flex-1 basis-48">
            {title && (
              <Heading id={id} className="text-base font-semibold">
                {title}
              </Heading>
            )}
            {hint && <p className="text-muted text-sm">{hint}</p>}
          </div>
          {actions && <div className="-my-1 flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div
        className={
          flush
            ? "overflow-hidden rounded-b-lg"
            : clsx("px-3 pb-3 sm:px-4 sm:pb-4", !title && "pt-3 sm:pt-4")
        }
      >
        {children}
      </div>
    </section>
  );
}
