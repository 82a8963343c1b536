"use client";

import { SearchX, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { Loadable } from "@/api/loadable";
import { LinkButton } from "@/ui/button";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, FailedState, Skeleton } from "@/ui/state";

interface RunPageProps<T> {
  /** What it is: “Evaluation”. */
  kind: string;
  icon: LucideIcon;
  id: number | null;
  run: Loadable<T>;
  /** Where all of them are listed. */
  list: { href: string; label: string };
  children: (run: T) => ReactNode;
}

/** The run that the address names, in each of its states. */
export function RunPage<T>({ kind, icon, id, run, list, children }: RunPageProps<T>) {
  const all = <LinkButton href={list.href}>{list.label}</LinkButton>;
  const noun = kind.toLowerCase();
  if (id === null) {
    return (
      <Page title={kind}>
        <Panel>
          <EmptyState
            icon={icon}
            title={`No ${noun} is chosen`}
            text="Choose one of yours, or start a new one."
            action={all}
          />
        </Panel>
      </Page>
    );
  }
  switch (run.status) {
    case "loading":
      return (
        <Page title={`${kind} ${id}`}>
          <div aria-busy="true" className="flex flex-col gap-4">
            <Skeleton className="h-24" />
            <Skeleton className="h-96" />
          </div>
        </Page>
      );
    case "failed":
      return (
        <Page title={`${kind} ${id}`}>
          <Panel>
            {run.problem.code === "not_found" ? (
              <EmptyState
                icon={SearchX}
                title={`There is no such ${noun}`}
                text="It does not exist, or it belongs to somebody else."
                action={all}
              />
            ) : (
              <FailedState problem={run.problem} retry={run.retry} />
            )}
          </Panel>
        </Page>
      );
    case "ready":
      return children(run.value);
  }
}

/** The id that the address has, or null. */
export function idOf(word: string): number | null {
  return /^[1-9]\d{0,9}$/.test(word) ? Number(word) : null;
}
