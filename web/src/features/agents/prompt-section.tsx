"use client";

import type { Faults } from "@/features/agents/agent-form";
import { ownModelText } from "@/features/agents/base-models";
import { Preview } from "@/features/agents/preview";
import type { FormState } from "@/features/agents/form-parts";
import { previewRequest, usePreview } from "@/features/agents/use-preview";
import { formatNumber } from "@/lib/format";
import { parameter } from "@/lib/parameters";
import { Field, TextArea } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";

interface PromptSectionProps extends FormState {
  /** Everything that is wrong with the form. */
  allFaults: Faults;
}

/** The owner's instructions, beside all that the model is told at the start. */
export function PromptSection({ texts, faults, allFaults, onChange }: PromptSectionProps) {
  const prompt = parameter("AgentsCreate", "prompt");
  const text = texts.prompt ?? "";
  const preview = usePreview(previewRequest(texts, allFaults));
  const own = ownModelText(texts.base_model ?? "");
  return (
    <Panel
      title="Instructions"
      hint="How you want it to trade. The rules of trading and its limits are told to it anyway."
    >
      <div className="flex flex-col gap-3">
        {own !== null && (
          <Notice tone="info">
            What decides here reads no instructions. They are kept for when a language model does.
          </Notice>
        )}
        <div className="grid gap-4 lg:grid-cols-2">
          <Field
            label={prompt.label}
            aside={`${formatNumber([...text].length)} of ${formatNumber(prompt.maxLength)} characters`}
            fault={faults.prompt ?? allFaults.prompt}
          >
            <TextArea
              value={text}
              rows={8}
              spellCheck
              placeholder="Prefer few, large positions. Sell what falls by a tenth."
              onChange={(next) => onChange({ prompt: next })}
              className="font-mono text-sm lg:min-h-96"
            />
          </Field>
          <Preview preview={preview} />
        </div>
      </div>
    </Panel>
  );
}
