"use client";

import { useCallback } from "react";
import { get } from "@/api/rest";
import { Fields, type FormState } from "@/features/agents/form-parts";
import { keepEnter } from "@/features/agents/model-fields";
import { symbolsOf } from "@/features/agents/universe";
import { PERIODS, periodId, symbolOptions } from "@/features/start-training/symbols";
import { formatNumber } from "@/lib/format";
import { parameter } from "@/lib/parameters";
import { Button } from "@/ui/button";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { ListInput } from "@/ui/list-input";
import { Select } from "@/ui/select";

const MANY = 8;

/** What an agent trades, in which bars, and with what it begins. */
export function MarketFields(state: FormState) {
  const { texts, faults, onChange } = state;
  const search = useCallback(
    async (text: string) =>
      symbolOptions((await get("/api/symbols", { query: { q: text } })).symbols),
    [],
  );
  const universe = symbolsOf(texts.universe ?? "");
  const change = (next: readonly string[]) =>
    onChange({ universe: symbolsOf(next.join(",")).join(", ") });
  const symbols = parameter("AgentsCreate", "universe");
  const period = parameter("AgentsCreate", "period");
  const benchmark = parameter("AgentsCreate", "benchmark");
  return (
    <>
      <div onKeyDown={keepEnter} className="min-w-0 sm:col-span-2">
        <Field
          label={symbols.label}
          required
          aside={`${formatNumber(universe.length)} of ${formatNumber(symbols.maxLength)}`}
          fault={faults.universe}
          hint="It knows and trades no other. Search by symbol or name, or paste a list with commas."
        >
          <ListInput
            free
            values={universe}
            onChange={change}
            load={search}
            placeholder="Add a symbol, as GOOGL"
            none="The sources list nothing like it. It is asked for as it stands there."
          />
        </Field>
        {universe.length > MANY && (
          <Button size="sm" variant="ghost" className="mt-1" onClick={() => change([])}>
            Take all {universe.length} out
          </Button>
        )}
      </div>
      <Field
        label={period.label}
        aside="Default 1d"
        fault={faults.period}
        hint="It decides at the end of each bar."
      >
        <Select
          value={periodId(texts.period ?? "")}
          onChange={(next) => onChange({ period: next })}
          options={PERIODS.map(({ id, word }) => ({ value: id, label: id, hint: `${word} bars` }))}
        />
      </Field>
      <Fields {...state} names={["source", "balance"]} />
      <div onKeyDown={keepEnter} className="min-w-0">
        <Field
          label={benchmark.label}
          aside="Optional"
          fault={faults.benchmark}
          hint={benchmark.description}
        >
          <Combobox
            free
            value={texts.benchmark ?? ""}
            onChange={(next) => onChange({ benchmark: next })}
            load={search}
            placeholder="Its symbols in equal parts"
          />
        </Field>
      </div>
    </>
  );
}
