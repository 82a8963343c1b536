import { clsx } from "clsx";
import { useCallback, useEffect, useState } from "react";
import { TextInput } from "@/ui/field";
import { Select } from "@/ui/select";
import { useUrlSet, useUrlState } from "@/ui/url-state";
import { kindsShown, noFilter, type Filter, type KindShown } from "./timeline-filter";

const words: Record<KindShown, string> = {
  thoughts: "Thoughts",
  tools: "Tools",
  fills: "Fills",
  warnings: "Warnings",
};

const WRITE_AFTER_MS = 300;

/** The filter of the timeline; the address follows when nobody types. */
export function useFilter() {
  const [kinds, writeKinds] = useUrlSet("show");
  const [symbol, writeSymbol] = useUrlState("symbol");
  const [text, writeText] = useUrlState("find");
  const [filter, setFilter] = useState<Filter>(() => ({
    kinds: kindsShown.filter((kind) => kinds.includes(kind)),
    symbol: symbol || null,
    text,
  }));
  useEffect(() => {
    const timer = setTimeout(() => {
      writeKinds(filter.kinds);
      writeSymbol(filter.symbol ?? "");
      writeText(filter.text);
    }, WRITE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [filter, writeKinds, writeSymbol, writeText]);
  const clear = useCallback(() => setFilter(noFilter), []);
  return { filter, change: setFilter, clear };
}

interface TimelineToolbarProps {
  filter: Filter;
  universe: readonly string[];
  onChange: (filter: Filter) => void;
}

export function TimelineToolbar({ filter, universe, onChange }: TimelineToolbarProps) {
  const toggle = (kind: KindShown) => {
    const kinds = filter.kinds.includes(kind)
      ? filter.kinds.filter((each) => each !== kind)
      : [...filter.kinds, kind];
    onChange({ ...filter, kinds });
  };
  const symbols = [
    { value: "", label: "All symbols" },
    ...universe.map((symbol) => ({ value: symbol, label: symbol })),
  ];
  return (
    <div className="flex flex-wrap items-center gap-2 px-3 pb-2 sm:px-4">
      <div role="group" aria-label="Kinds of events" className="flex flex-wrap gap-1">
        {kindsShown.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={filter.kinds.includes(kind)}
            onClick={() => toggle(kind)}
            className={clsx(
              "min-h-8 cursor-pointer rounded-md border px-2.5 text-sm font-medium pointer-coarse:min-h-10",
              filter.kinds.includes(kind)
                ? "border-accent bg-accent/10 text-accent"
                : "border-control text-muted hover:bg-raised hover:text-ink",
            )}
          >
            {words[kind]}
          </button>
        ))}
      </div>
      {universe.length > 1 && (
        <div className="w-36">
          <Select
            label="Symbol"
            value={filter.symbol ?? ""}
            options={symbols}
            onChange={(symbol) => onChange({ ...filter, symbol: symbol || null })}
          />
        </div>
      )}
      <div className="min-w-36 flex-1">
        <TextInput
          type="search"
          aria-label="Find in the decisions"
          placeholder="Find"
          value={filter.text}
          onChange={(text) => onChange({ ...filter, text })}
        />
      </div>
    </div>
  );
}
