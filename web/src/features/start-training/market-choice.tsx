"use client";

import { useCallback, type KeyboardEvent } from "react";
import { get } from "@/api/rest";
import type { Faults, Texts } from "@/features/bots/bot-form";
import { knownText, sourceWord, symbolOptions } from "@/features/start-training/symbols";
import type { Market } from "@/features/start-training/use-market";
import { parameter } from "@/lib/parameters";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";

interface MarketChoiceProps {
  texts: Texts;
  market: Market;
  faults: Faults;
  onChange: (changes: Texts) => void;
}

/** Which bars: symbol, interval and where they come from. */
export function MarketChoice({ texts, market, faults, onChange }: MarketChoiceProps) {
  const symbol = parameter("TrainingsStart", "symbol");
  const period = parameter("TrainingsStart", "period");
  const source = parameter("TrainingsStart", "source");
  const search = useCallback(
    async (text: string) =>
      symbolOptions((await get("/api/symbols", { query: { q: text } })).symbols),
    [],
  );
  const { known, periods } = market;
  const found = market.source === "" ? "" : ` (${sourceWord(market.source)})`;
  return (
    <div className="grid gap-x-4 gap-y-3 sm:grid-cols-[2fr_1fr_1.5fr]">
      <div onKeyDown={keepEnter}>
        <Field
          label={symbol.label}
          required
          fault={faults.symbol}
          hint={
            knownText(known, market.source) ||
            "Search by symbol or name, or write any that your sources have, as BTC-USD."
          }
        >
          <Combobox
            free
            value={texts.symbol ?? ""}
            onChange={(next) => onChange({ symbol: next, source: "" })}
            load={search}
            none="The sources list nothing like it. It is asked for as it stands there."
          />
        </Field>
      </div>
      <Field label={period.label} required fault={faults.period}>
        <Select
          value={market.period}
          onChange={(next) => onChange({ period: next })}
          options={periods.map(({ id, madeFrom }) => ({
            value: id,
            label: id,
            hint: madeFrom === null ? undefined : `made from ${madeFrom} bars`,
          }))}
        />
      </Field>
      <Field label={source.label} aside="Optional" fault={faults.source}>
        <Select
          value={texts.source ?? ""}
          onChange={(next) => onChange({ source: next })}
          options={[{ value: "", label: `Automatic${found}` }, ...(source.options ?? [])]}
        />
      </Field>
    </div>
  );
}

/** Enter takes a suggestion; it does not start a training. */
function keepEnter(event: KeyboardEvent): void {
  if (event.key === "Enter") event.preventDefault();
}
