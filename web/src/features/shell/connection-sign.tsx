"use client";

import { clsx } from "clsx";
import { Radio, Unplug, Wifi, type LucideIcon } from "lucide-react";
import { useConnection } from "@/api/live";
import { Age } from "@/ui/time";

type State = "idle" | "connecting" | "open" | "lost";

const looks: Record<State, { words: string; icon: LucideIcon; ink: string }> = {
  idle: { words: "Connecting…", icon: Wifi, ink: "text-muted" },
  connecting: { words: "Connecting…", icon: Wifi, ink: "text-muted" },
  open: { words: "Live", icon: Radio, ink: "text-up" },
  lost: { words: "Lost, trying again", icon: Unplug, ink: "text-warn" },
};

/** Whether what is shown is up to date. Only a change of the state is said aloud, not each second. */
export function ConnectionSign() {
  const { state, since } = useConnection();
  const { words, icon: Icon, ink } = looks[state];
  return (
    <p className={clsx("flex min-w-27 items-center gap-1.5 text-sm leading-tight", ink)}>
      <Icon aria-hidden className="size-4 shrink-0" />
      <span>
        <span role="status">{words}</span>
        {state === "lost" && (
          <span className="text-muted">
            <span className="hidden sm:inline">: data from </span>
            <span className="sm:hidden">, </span>
            <Age at={since} />
          </span>
        )}
      </span>
    </p>
  );
}
