"use client";

import { useRouter } from "next/navigation";
import { useEffect, type ReactNode } from "react";
import { useWho } from "@/api/who";
import { Brand } from "@/features/shell/brand";
import { Panel } from "@/ui/panel";
import { ownPath } from "./next-path";

interface AuthFrameProps {
  title: string;
  subtitle: string;
  /** Below the form: the other ways in. */
  below?: ReactNode;
  children: ReactNode;
}

/** What signing in and signing up look like. */
export function AuthFrame({ title, subtitle, below, children }: AuthFrameProps) {
  useEffect(() => {
    document.title = `${title} · AIBT`;
  }, [title]);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col gap-4 px-3 pt-[8dvh] pb-10 sm:px-4 sm:pt-[14dvh]">
      <div className="flex flex-col items-start gap-3">
        <Brand />
        <div>
          <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
          <p className="text-muted mt-1">{subtitle}</p>
        </div>
      </div>
      <Panel>{children}</Panel>
      {below}
    </main>
  );
}

/** Leave for where the address says as soon as somebody is signed in, and nothing else is under way. */
export function useLeaveOnceSignedIn(isBusy = false): void {
  const router = useRouter();
  const isSignedIn = useWho((who) => who.status === "signed-in");
  useEffect(() => {
    if (!isSignedIn || isBusy) return;
    router.replace(ownPath(new URLSearchParams(window.location.search).get("next")));
  }, [isSignedIn, isBusy, router]);
}

/** The address of the other of the two pages, which keeps where to go afterwards. */
export function withNext(path: "/sign-in" | "/sign-up", search: string): string {
  const next = ownPath(new URLSearchParams(search).get("next"));
  return next === "/" ? path : `${path}?next=${encodeURIComponent(next)}`;
}
