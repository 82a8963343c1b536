import { useMemo } from "react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { useFeed } from "@/api/live";
import type { Session } from "@/api/types";

/** Read a part of a session's message, and render again only when it says something else. */
export function useSlice<Part>(feed: SessionFeed, part: (run: Session) => Part): Part {
  // The part is chosen once: what is selected does not change while a component is there.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const select = useMemo(() => keeping(part), [feed]);
  return useFeed(feed, select);
}

function keeping<Part>(part: (run: Session) => Part): (feed: SessionFeed) => Part {
  let kept: { run: Session; part: Part; text: string } | null = null;
  return ({ run }) => {
    if (run === null) throw new Error("a part of a session was read before the session");
    if (kept?.run === run) return kept.part;
    const next = part(run);
    const text = JSON.stringify(next);
    kept = { run, text, part: kept !== null && kept.text === text ? kept.part : next };
    return kept.part;
  };
}
