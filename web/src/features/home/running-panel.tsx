"use client";

import { LinkButton } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { RunRow } from "./run-row";
import type { Listed } from "./use-runs";

/** So many are followed live; the others are as the list last said. */
const FOLLOWED = 4;

/** What of mine goes on now. */
export function RunningPanel({ active }: { active: readonly Listed[] }) {
  return (
    <Panel title="Running now" flush>
      {active.length === 0 ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3 px-3 pb-3 sm:px-4 sm:pb-4">
          <p className="text-muted min-w-0 flex-1 basis-64">
            Nothing runs at the moment. A training makes a bot better; in a session an agent trades.
          </p>
          <div className="flex flex-wrap gap-2">
            <LinkButton href="/trainings?start=1">Start a training</LinkButton>
            <LinkButton href="/agents">Start a session</LinkButton>
          </div>
        </div>
      ) : (
        <ul className="divide-line border-line divide-y border-t">
          {active.map((listed, index) => (
            <RunRow
              key={`${listed.kind}/${listed.run.id}`}
              listed={listed}
              isLive={index < FOLLOWED}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}
