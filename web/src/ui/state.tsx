import { clsx } from "clsx";
import { CloudOff, RotateCw, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { Loadable } from "@/api/loadable";
import { Button } from "./button";

interface ReadyProps<T> {
  of: Loadable<T>;
  loading: ReactNode;
  /** Shown instead of the children where there is nothing: by default where the value is an empty list. */
  empty?: ReactNode;
  isEmpty?: (value: T) => boolean;
  children: (value: T) => ReactNode;
}

/** Something that is read, in each of its states. */
export function Ready<T>({ of, loading, empty, isEmpty = isEmptyList, children }: ReadyProps<T>) {
  switch (of.status) {
    case "loading":
      return <div aria-busy="true">{loading}</div>;
    case "failed":
      return <FailedState problem={of.problem} retry={of.retry} />;
    case "ready":
      return empty !== undefined && isEmpty(of.value) ? empty : children(of.value);
  }
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

interface EmptyStateProps {
  icon?: LucideIcon;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
}

/** Nothing is here yet: what would be, and what to do next. */
export function EmptyState({ icon: Icon, title, text, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-1 px-4 py-10 text-center">
      {Icon && (
        <span className="border-line bg-raised text-muted mb-2 flex size-10 items-center justify-center rounded-full border">
          <Icon aria-hidden className="size-5" />
        </span>
      )}
      <p className="font-medium">{title}</p>
      {text && <p className="text-muted max-w-md text-sm">{text}</p>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

interface FailedStateProps {
  problem: { msg: string; code?: string };
  retry?: () => void;
}

/** It could not be read: why, and another try. */
export function FailedState({ problem, retry }: FailedStateProps) {
  return (
    <div role="alert" className="flex flex-col items-center gap-1 px-4 py-10 text-center">
      <CloudOff aria-hidden className="text-danger mb-1 size-6" />
      <p className="font-medium wrap-anywhere">{problem.msg}</p>
      {problem.code && <p className="text-muted font-mono text-xs">{problem.code}</p>}
      {retry && (
        <div className="mt-3">
          <Button icon={RotateCw} onClick={retry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

/** The room of something that is on its way: give it the final size by `className`. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx("bg-raised animate-pulse rounded-md", className)} />;
}

/** The room of a table with so many rows. */
export function SkeletonRows({ rows = 5 }: { rows?: number }) {
  return (
    <div aria-hidden className="divide-line divide-y">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex h-10 items-center gap-4 px-3">
          <div className="bg-raised h-3.5 w-1/4 animate-pulse rounded-sm" />
          <div className="bg-raised h-3.5 w-1/6 animate-pulse rounded-sm" />
          <div className="bg-raised ml-auto h-3.5 w-1/6 animate-pulse rounded-sm" />
        </div>
      ))}
    </div>
  );
}
