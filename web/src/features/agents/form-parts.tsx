"use client";

import type { ReactNode } from "react";
import type { AgentField, Faults, Texts } from "@/features/agents/agent-form";
import { ParameterField } from "@/ui/parameter-field";
import { Panel } from "@/ui/panel";

/** What every part of the form is given. */
export interface FormState {
  texts: Texts;
  /** Those to be shown. */
  faults: Faults;
  onChange: (changes: Texts) => void;
}

interface FieldsProps extends FormState {
  names: readonly AgentField[];
  hints?: Partial<Record<AgentField, string>>;
}

/** Fields as the platform describes them. */
export function Fields({ names, hints, texts, faults, onChange }: FieldsProps) {
  return names.map((name) => (
    <ParameterField
      key={name}
      model="AgentsCreate"
      name={name}
      value={texts[name] ?? ""}
      onChange={(text) => onChange({ [name]: text })}
      fault={faults[name]}
      hint={hints?.[name]}
    />
  ));
}

interface SectionProps {
  title: string;
  hint?: string;
  children: ReactNode;
}

/** A group of fields, two beside each other where there is room. */
export function Section({ title, hint, children }: SectionProps) {
  return (
    <Panel title={title} hint={hint}>
      <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">{children}</div>
    </Panel>
  );
}
