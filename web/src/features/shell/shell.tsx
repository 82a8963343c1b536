"use client";

import { usePathname, useRouter } from "next/navigation";
import { Suspense, useEffect, type ReactNode } from "react";
import { connection } from "@/api/live";
import { useWho, type Who } from "@/api/who";
import { Notice } from "@/ui/notice";
import { Skeleton } from "@/ui/state";
import { BottomBar } from "./bottom-bar";
import { signInAddress } from "./destinations";
import { Sidebar } from "./sidebar";
import { TopBar } from "./top-bar";

/** The frame of all signed-in pages; a page begins once it is known whose it is. */
export function Shell({ children }: { children: ReactNode }) {
  const who = useWho();
  useSignInPage(who);
  useConnected(who.status === "signed-in");
  const user = who.status === "signed-in" ? who.user : null;
  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="bg-accent text-on-accent sr-only z-50 rounded-md px-3 py-2 font-medium focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        To the content
      </a>
      <Sidebar isAdmin={user?.is_admin ?? false} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar user={user} />
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 pb-20 outline-none md:pb-4">
          {user ? (
            <Suspense fallback={<PageSkeleton />}>{children}</Suspense>
          ) : (
            <Waiting who={who} />
          )}
        </main>
      </div>
      <BottomBar isAdmin={user?.is_admin ?? false} />
    </div>
  );
}

function useSignInPage(who: Who): void {
  const router = useRouter();
  const path = usePathname();
  useEffect(() => {
    if (who.status === "signed-out") router.replace(signInAddress(path, window.location.search));
  }, [who.status, router, path]);
}

/** The socket is there as long as somebody is signed in, so that commands need not wait for it. */
function useConnected(isSignedIn: boolean): void {
  useEffect(() => {
    if (isSignedIn) connection.start();
  }, [isSignedIn]);
}

function Waiting({ who }: { who: Who }) {
  const problem = who.status === "unknown" ? who.problem : undefined;
  if (!problem) return <PageSkeleton />;
  return (
    <div className="p-3 sm:p-4 lg:px-6">
      <Notice tone="warn" title={problem.msg} live>
        The page goes on by itself as soon as there is an answer.
      </Notice>
    </div>
  );
}

function PageSkeleton() {
  return (
    <div aria-busy="true" className="flex flex-col gap-4 p-3 sm:p-4 lg:px-6">
      <p className="sr-only">Loading</p>
      <Skeleton className="h-7 w-40" />
      <Skeleton className="h-20 w-full" />
      <Skeleton className="h-72 w-full" />
    </div>
  );
}
