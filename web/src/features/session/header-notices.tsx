import { memo } from "react";
import { Info } from "lucide-react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { useConnection, useFeed } from "@/api/live";
import { Notice } from "@/ui/notice";
import { Age } from "@/ui/time";
import { isActive, waitingText } from "./states";
import { useSlice } from "./use-slice";

/** Why a session is as it is, and how far what is shown can be trusted. */
export const HeaderNotices = memo(function HeaderNotices({ feed }: { feed: SessionFeed }) {
  const { state, reason, notes } = useSlice(feed, (run) => ({
    state: run.state,
    reason: run.reason,
    notes: run.notes,
  }));
  const waiting = waitingText(state);
  const tone = state === "failed" ? "danger" : state === "stopped" ? "info" : "warn";
  return (
    <>
      <StaleNotice feed={feed} />
      {(reason !== null || waiting !== null) && (
        <Notice tone={state === "queued" || state === "loading" ? "info" : tone} live>
          {waiting}
          {waiting !== null && reason !== null && " "}
          {reason}
        </Notice>
      )}
      {notes.length > 0 && (
        <details className="text-muted text-sm">
          <summary className="min-h-6 cursor-pointer pointer-coarse:min-h-10">
            <Info aria-hidden className="mr-1 inline size-4 align-text-bottom" />
            {notes.length === 1 ? "1 note" : `${notes.length} notes`} on its bars
          </summary>
          <ul className="list-disc pt-1 pl-6">
            {notes.map((note) => (
              <li key={note} className="wrap-anywhere">
                {note}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
});

/** Says that what is shown is old, where the connection is lost or what came could not be read. */
function StaleNotice({ feed }: { feed: SessionFeed }) {
  const { state: connection, since } = useConnection();
  const state = useFeed(feed, ({ run }) => run?.state ?? "finished");
  const problem = useFeed(feed, (each) => each.problem);
  if (problem !== null) return <Notice tone="warn">{problem.msg}</Notice>;
  if (connection !== "lost" || !isActive(state)) return null;
  return (
    <Notice tone="warn" title="What you see is not up to date">
      The connection was lost <Age at={since} />. The session may have gone on; the page follows it
      again by itself, and misses nothing.
    </Notice>
  );
}
