import { useEffect, useState } from "react";

export interface ComboboxOption {
  value: string;
  label?: string;
  hint?: string;
}

interface Asked {
  options?: readonly ComboboxOption[];
  load?: (text: string) => Promise<readonly ComboboxOption[]>;
  search: string;
  /** Nothing is asked for while the list is closed. */
  wanted: boolean;
}

interface Answer {
  found: readonly ComboboxOption[];
  busy: boolean;
  problem: string | null;
}

const pauseMs = 200;
const atMost = 100;

/** Return the options that have all words of the search, those beginning with it first. */
export function matching(
  options: readonly ComboboxOption[],
  search: string,
): readonly ComboboxOption[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = ({ value, label, hint }: ComboboxOption) =>
    `${label ?? value} ${value} ${hint ?? ""}`.toLowerCase();
  const found = options.filter((option) => words.every((word) => text(option).includes(word)));
  const [first] = words;
  const begins = (option: ComboboxOption) => (first && text(option).startsWith(first) ? 0 : 1);
  return found.toSorted((one, other) => begins(one) - begins(other)).slice(0, atMost);
}

/** The options for what was typed: from the given ones, or from a search elsewhere. */
export function useOptions({ options, load, search, wanted }: Asked): Answer {
  const [answer, setAnswer] = useState<(Answer & { search: string }) | null>(null);
  useEffect(() => {
    if (!load || !wanted) return;
    let current = true;
    const finish = (found: readonly ComboboxOption[], problem: string | null) => {
      if (current) setAnswer({ search, found, problem, busy: false });
    };
    const timer = setTimeout(() => {
      load(search).then(
        (found) => finish(found, null),
        (error: unknown) => finish([], error instanceof Error ? error.message : String(error)),
      );
    }, pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [load, search, wanted]);
  if (!load) return { found: matching(options ?? [], search), busy: false, problem: null };
  if (answer?.search === search) return answer;
  return { found: answer?.found ?? [], busy: wanted, problem: null };
}
