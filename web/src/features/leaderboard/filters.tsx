"use client";

import { X } from "lucide-react";
import { useMemo } from "react";
import { Button } from "@/ui/button";
import { Checkbox, Segmented } from "@/ui/choice";
import { DateInput, Field, TextInput } from "@/ui/field";
import { Select } from "@/ui/select";
import { useUrlState } from "@/ui/url-state";
import type { Filter } from "./board";

const kinds = [
  { value: "", label: "All" },
  { value: "agent", label: "Agents" },
  { value: "bot", label: "Bots" },
  { value: "baseline", label: "Baselines" },
] as const;

export interface UrlFilter {
  filter: Filter;
  set: Record<"kind" | "symbol" | "name" | "mine" | "from" | "until", (value: string) => void>;
  isSet: boolean;
  clear: () => void;
}

/** What is asked of the board, kept in the address. */
export function useFilter(): UrlFilter {
  const [kind, setKind] = useUrlState("kind");
  const [symbol, setSymbol] = useUrlState("symbol");
  const [name, setName] = useUrlState("name");
  const [mine, setMine] = useUrlState("mine");
  const [from, setFrom] = useUrlState("from");
  const [until, setUntil] = useUrlState("until");
  const set = {
    kind: setKind,
    symbol: setSymbol,
    name: setName,
    mine: setMine,
    from: setFrom,
    until: setUntil,
  };
  const filter = useMemo(
    () => ({ kind, symbol, name, isMine: mine === "1", from, until }),
    [kind, symbol, name, mine, from, until],
  );
  return {
    filter,
    set,
    isSet: [kind, symbol, name, mine, from, until].some((word) => word !== ""),
    clear: () => Object.values(set).forEach((each) => each("")),
  };
}

interface FiltersProps extends UrlFilter {
  /** All symbols of the board. */
  symbols: readonly string[];
}

export function Filters({ filter, set, isSet, clear, symbols }: FiltersProps) {
  const known = kinds.find(({ value }) => value === filter.kind)?.value ?? "";
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-3 px-3 pb-3 sm:px-4">
      <Field label="Kind" group>
        <Segmented value={known} onChange={set.kind} options={kinds} />
      </Field>
      <Field label="Symbol" className="w-36">
        <Select
          value={filter.symbol}
          onChange={set.symbol}
          options={[
            { value: "", label: "All symbols" },
            ...symbols.map((symbol) => ({ value: symbol, label: symbol })),
          ]}
        />
      </Field>
      <Field label="Name" className="w-44">
        <TextInput
          type="search"
          value={filter.name}
          onChange={set.name}
          placeholder="Part of a name"
        />
      </Field>
      <Field label="Began on or after" className="w-40">
        <DateInput value={filter.from} onChange={set.from} />
      </Field>
      <Field label="Ended on or before" className="w-40">
        <DateInput value={filter.until} onChange={set.until} />
      </Field>
      <Checkbox
        label="Mine only"
        checked={filter.isMine}
        onChange={(mine) => set.mine(mine ? "1" : "")}
      />
      {isSet && (
        <Button variant="ghost" icon={X} onClick={clear}>
          Clear the filters
        </Button>
      )}
    </div>
  );
}
