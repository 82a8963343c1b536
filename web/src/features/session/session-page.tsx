"use client";

import { SearchX } from "lucide-react";
import { useSearchParams } from "next/navigation";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { useFeed, useSession } from "@/api/live";
import { LinkButton } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { EmptyState, FailedState, Skeleton } from "@/ui/state";
import { SessionView } from "./session-view";

/** The session that the address names. */
export function SessionPage() {
  const id = idOf(useSearchParams().get("id"));
  const feed = useSession(id);
  if (feed === null) return <NoSession text="The address does not name a session." />;
  return <Followed key={feed.id} feed={feed} />;
}

/** Return the id that an address names, or null. */
export function idOf(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : null;
}

function Followed({ feed }: { feed: SessionFeed }) {
  const isKnown = useFeed(feed, ({ run }) => run !== null);
  const phase = useFeed(feed, (each) => each.phase);
  const problem = useFeed(feed, (each) => each.problem);
  if (isKnown && feed.run !== null) return <SessionView feed={feed} session={feed.run} />;
  if (phase !== "gone") return <Opening id={feed.id} problem={problem?.msg ?? null} />;
  if (problem !== null && problem.code !== "not_found") {
    return (
      <Page title={`Session ${feed.id}`}>
        <FailedState problem={problem} retry={() => void feed.open()} />
      </Page>
    );
  }
  return <NoSession text="It does not exist, or it belongs to somebody else." />;
}

function NoSession({ text }: { text: string }) {
  return (
    <Page title="No such session">
      <EmptyState
        icon={SearchX}
        title="This session cannot be shown"
        text={text}
        action={
          <LinkButton variant="primary" href="/agents">
            To your agents
          </LinkButton>
        }
      />
    </Page>
  );
}

function Opening({ id, problem }: { id: number; problem: string | null }) {
  return (
    <Page title={`Session ${id}`}>
      {problem !== null && (
        <Notice tone="warn" title={problem} live>
          The page goes on by itself as soon as there is an answer.
        </Notice>
      )}
      <div aria-busy="true" className="flex flex-col gap-4">
        <p className="sr-only">Loading</p>
        <Skeleton className="h-32 w-full" />
        <Skeleton className="h-40 w-full" />
        <Skeleton className="h-[42rem] w-full" />
      </div>
    </Page>
  );
}
