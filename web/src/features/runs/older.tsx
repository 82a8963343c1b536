"use client";

import { Button } from "@/ui/button";
import { useUrlState } from "@/ui/url-state";

/** How many runs a page of a list shows. */
export const PAGE = 50;

/** Which page of a list the address names: that before this id, or the newest. */
export function useBefore(): [number | undefined, (before: string) => void] {
  const [before, setBefore] = useUrlState("before");
  return [/^[1-9]\d{0,9}$/.test(before) ? Number(before) : undefined, setBefore];
}

/** Leads to older runs and back to the newest; nothing where all of them are here. */
export function Older({ next }: { next: number | null | undefined }) {
  const [before, setBefore] = useBefore();
  if (before === undefined && (next ?? null) === null) return null;
  return (
    <nav aria-label="Pages" className="flex flex-wrap justify-end gap-2 px-3 py-3 sm:px-4">
      <Button disabled={before === undefined} onClick={() => setBefore("")}>
        Newest
      </Button>
      <Button disabled={(next ?? null) === null} onClick={() => setBefore(String(next ?? ""))}>
        Older
      </Button>
    </nav>
  );
}
