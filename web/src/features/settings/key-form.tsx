"use client";

import { Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { refresh, useCommand } from "@/api/hooks";
import { put } from "@/api/rest";
import { Button } from "@/ui/button";
import { Segmented } from "@/ui/choice";
import { Field, TextInput } from "@/ui/field";
import { Notice } from "@/ui/notice";
import {
  ANOTHER,
  EMPTY_DRAFT,
  keyFaults,
  KNOWN_PROVIDERS,
  providerOf,
  type KeyDraft,
} from "./key-rules";

/** Keeps a key; it replaces the one before of the same provider. */
export function KeyForm() {
  const [draft, setDraft] = useState<KeyDraft>(EMPTY_DRAFT);
  const [isTried, setIsTried] = useState(false);
  const [kept, setKept] = useState<string | null>(null);
  const { run, busy, problem, reset } = useCommand(keep);
  const faults = keyFaults(draft);
  const change = (changes: Partial<KeyDraft>) => {
    reset();
    setKept(null);
    setDraft({ ...draft, ...changes });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (Object.values(faults).some((fault) => fault !== null)) return;
    const provider = await run(draft);
    if (provider === undefined) return;
    setKept(provider);
    setDraft(EMPTY_DRAFT);
    setIsTried(false);
  };
  const faultOf = (field: keyof typeof faults) =>
    (isTried ? faults[field] : null) ?? (problem?.field === field ? problem.msg : null);
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field
          label="Provider"
          group
          hint={KNOWN_PROVIDERS.find(({ value }) => value === draft.known)?.hint}
          className="sm:col-span-2"
        >
          <Segmented
            value={draft.known}
            onChange={(known) => change({ known })}
            options={KNOWN_PROVIDERS.map(({ value, label }) => ({ value, label }))}
          />
        </Field>
        {draft.known === ANOTHER && (
          <Field label="Its name" fault={faultOf("provider")} hint="As you want to call it.">
            <TextInput
              value={draft.other}
              onChange={(other) => change({ other })}
              autoComplete="off"
              autoCapitalize="none"
            />
          </Field>
        )}
        <Field label="Key" fault={faultOf("key")}>
          <TextInput
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={draft.key}
            onChange={(key) => change({ key })}
          />
        </Field>
        <Field
          label="Address"
          aside={draft.known === ANOTHER ? undefined : "Optional"}
          fault={faultOf("base_url")}
          hint={draft.known === ANOTHER ? "Of its API." : "Empty: the provider’s own."}
        >
          <TextInput
            type="url"
            autoComplete="off"
            spellCheck={false}
            value={draft.baseUrl}
            onChange={(baseUrl) => change({ baseUrl })}
          />
        </Field>
      </div>
      {problem && !(problem.field !== null && problem.field in faults) && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
      {kept && (
        <Notice tone="good" live>
          The key of {kept} is kept.
        </Notice>
      )}
      <Button type="submit" icon={Plus} busy={busy} className="self-start">
        Keep the key
      </Button>
    </form>
  );
}

async function keep(draft: KeyDraft): Promise<string> {
  const provider = providerOf(draft);
  const body = { key: draft.key.trim(), base_url: draft.baseUrl.trim() || null };
  await put("/api/keys/{provider}", { path: { provider }, body });
  await refresh("/api/keys", "/api/providers");
  return provider;
}
