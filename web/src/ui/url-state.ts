"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";

type Setter<T> = (value: T) => void;

/** Keep one word of a view's state in the address: shared by link, kept by reload, without a new entry in the history. */
export function useUrlState(name: string, fallback = ""): [string, Setter<string>] {
  const value = useSearchParams().get(name) ?? fallback;
  const set = useCallback(
    (next: string) => replace(name, next === fallback ? [] : [next]),
    [name, fallback],
  );
  return [value, set];
}

/** Keep several words in the address, with commas between them. */
export function useUrlSet(name: string): [string[], Setter<readonly string[]>] {
  const text = useSearchParams().get(name) ?? "";
  const values = useMemo(() => text.split(",").filter(Boolean), [text]);
  const set = useCallback(
    (next: readonly string[]) => replace(name, next.length === 0 ? [] : [next.join(",")]),
    [name],
  );
  return [values, set];
}

/** Next follows the history by itself, and `useSearchParams` with it. */
function replace(name: string, values: string[]): void {
  const address = new URL(window.location.href);
  if (values[0] === undefined) address.searchParams.delete(name);
  else address.searchParams.set(name, values[0]);
  if (address.href !== window.location.href) window.history.replaceState(null, "", address);
}
