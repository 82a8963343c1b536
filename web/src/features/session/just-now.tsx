import { useEffect, useRef } from "react";
import type { SessionFeed } from "@/api/feeds/session-feed";
import { useFeed } from "@/api/live";

/** What the model is saying just now, as it says it. */
export function JustNow({ feed }: { feed: SessionFeed }) {
  const text = useFeed(feed, ({ run }) => run?.partial ?? "");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [text]);
  return (
    <div className="border-line border-t px-3 py-2 sm:px-4">
      <h3 className="text-muted text-xs">Just now</h3>
      <div
        ref={box}
        role="region"
        aria-label="What the model is saying just now"
        tabIndex={0}
        className="h-20 overflow-y-auto wrap-anywhere whitespace-pre-wrap"
      >
        {text || <span className="text-muted">The model is not speaking.</span>}
      </div>
    </div>
  );
}
