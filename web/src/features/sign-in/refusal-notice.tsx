"use client";

import { useState, type ReactNode } from "react";
import type { Problem } from "@/api/problem";
import { formatDuration } from "@/lib/format";
import { Code } from "@/ui/code";
import { Notice } from "@/ui/notice";
import { useNow } from "@/ui/time";
import type { Advice } from "./refusal";

interface RefusalNoticeProps {
  problem: Problem;
  advice: Advice | null;
  actions?: ReactNode;
}

/** Why one did not come in, and what to do about it. */
export function RefusalNotice({ problem, advice, actions }: RefusalNoticeProps) {
  return (
    <Notice tone="danger" title={problem.msg} actions={actions} live>
      {advice && <p>{advice.text}</p>}
      {advice?.shell && <Shell text={advice.shell} />}
      {problem.retryAfterS !== null && <RetryIn key={problem.msg} seconds={problem.retryAfterS} />}
    </Notice>
  );
}

/** A command to be typed where the platform runs. */
export function Shell({ text }: { text: string }) {
  return (
    <div className="mt-2">
      <Code label="Command" text={text} />
    </div>
  );
}

/** Counts down to when the same may be tried again. */
function RetryIn({ seconds }: { seconds: number }) {
  const now = useNow();
  const [until] = useState(() => Date.now() + seconds * 1000);
  const left = Math.min(seconds, Math.max(0, Math.ceil((until - now) / 1000)));
  return (
    <p aria-live="off">
      {left > 0 ? `Try again in ${formatDuration(left)}.` : "You may try again now."}
    </p>
  );
}
