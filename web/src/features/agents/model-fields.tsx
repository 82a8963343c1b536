"use client";

import Link from "@/ui/link";
import { useMemo, type KeyboardEvent } from "react";
import { useGet } from "@/api/hooks";
import type { Schema } from "@/api/types";
import { modelOptions, needsKey, ownModelText } from "@/features/agents/base-models";
import type { FormState } from "@/features/agents/form-parts";
import { parameter } from "@/lib/parameters";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { Select } from "@/ui/select";

const NO_MODELS: readonly Schema<"ProviderModelMessage">[] = [];

interface ModelFieldsProps extends FormState {
  /** Names of my bots. */
  bots: readonly string[];
}

/** Which model decides, and whose key pays for it. */
export function ModelFields({ texts, faults, onChange, bots }: ModelFieldsProps) {
  const provider = texts.provider ?? "";
  const keys = useGet("/api/keys", {});
  const query = provider === "" ? {} : { provider };
  const models = useGet("/api/providers/models", { query });
  const listed = models.status === "ready" ? models.value.models : NO_MODELS;
  const options = useMemo(() => modelOptions(listed, bots), [listed, bots]);
  const kept = keys.status === "ready" ? keys.value.keys : [];
  const model = texts.base_model ?? "";
  const own = ownModelText(model);
  return (
    <>
      <div onKeyDown={keepEnter} className="min-w-0">
        <Field
          label={parameter("AgentsCreate", "base_model").label}
          required
          fault={faults.base_model}
          hint={
            own ??
            "Search the provider’s models, ours that need no key, and your bots, or write any name that the provider knows."
          }
        >
          <Combobox
            free
            value={model}
            onChange={(next) => onChange({ base_model: next })}
            options={options}
            placeholder="openai/gpt-5-mini"
            none="No such model is listed. It is asked for as it stands there."
          />
        </Field>
      </div>
      <Field
        label={parameter("AgentsCreate", "provider").label}
        aside="Optional"
        fault={faults.provider}
        hint={
          <>
            Whose key pays for a language model. Your keys stand in{" "}
            <Link href="/settings" className="text-accent underline">
              Settings
            </Link>
            .
          </>
        }
      >
        <Select
          value={provider}
          onChange={(next) => onChange({ provider: next })}
          options={providerOptions(kept, provider)}
        />
      </Field>
      {models.status === "failed" && (model === "" || needsKey(model)) && (
        <div className="sm:col-span-2">
          <Notice tone="info" title="The models of this provider cannot be listed.">
            {sentence(models.problem.msg)} A language model needs a key: put one of your own in{" "}
            <Link href="/settings" className="text-accent underline">
              Settings
            </Link>{" "}
            and choose it here. Models that begin with “baseline/”, “script/” or “bot/” need none.
          </Notice>
        </div>
      )}
    </>
  );
}

function providerOptions(keys: readonly Schema<"KeyMessage">[], chosen: string) {
  const own = keys.map(({ provider, base_url: url, last_four: last }) => ({
    value: provider,
    label: `My key for ${provider}`,
    hint: [url, last && `ends with ${last}`].filter(Boolean).join(", "),
  }));
  const isGone = chosen !== "" && !keys.some(({ provider }) => provider === chosen);
  return [
    { value: "", label: "This installation’s provider" },
    ...own,
    ...(isGone ? [{ value: chosen, label: `${chosen} (you have no such key now)` }] : []),
  ];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}

/** Enter takes a suggestion; it does not save the agent. */
export function keepEnter(event: KeyboardEvent): void {
  if (event.key === "Enter") event.preventDefault();
}
