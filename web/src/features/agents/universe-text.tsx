"use client";

import * as Popover from "radix-ui/popover";
import { shortUniverse } from "@/features/agents/universe";

const SHOWN = 3;

/** The first symbols; where there are more, all of them on a click. */
export function UniverseText({ universe }: { universe: readonly string[] }) {
  const short = shortUniverse(universe, SHOWN);
  if (universe.length <= SHOWN) return <span className="wrap-anywhere">{short}</span>;
  return (
    <Popover.Root>
      <Popover.Trigger className="decoration-muted hover:text-accent cursor-pointer text-left wrap-anywhere underline decoration-dotted underline-offset-4 pointer-coarse:min-h-10">
        {short}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`All ${universe.length} symbols`}
          className="border-control bg-surface shadow-popup z-50 max-h-80 max-w-[min(24rem,calc(100vw-1rem))] overflow-y-auto rounded-lg border p-3"
        >
          <p className="mb-1 font-medium">{universe.length} symbols</p>
          <p className="text-sm wrap-anywhere">{universe.join(", ")}</p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
