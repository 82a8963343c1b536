"use client";

import { X } from "lucide-react";
import { useState } from "react";
import { Combobox, type ComboboxProps } from "./combobox";

interface ListInputProps extends Omit<ComboboxProps, "value" | "onChange" | "onTake"> {
  values: readonly string[];
  onChange: (values: string[]) => void;
}

/** Several entries: each is typed or chosen, ended by Enter or a comma, and can be taken out again. */
export function ListInput({ values, onChange, ...combobox }: ListInputProps) {
  const [text, setText] = useState("");
  const add = (typed: string) => {
    const entries = typed.split(/[,;\n]/).flatMap((entry) => entry.trim() || []);
    onChange([...new Set([...values, ...entries])]);
    setText("");
  };
  const type = (typed: string) => (/[,;]/.test(typed) ? add(typed) : setText(typed));
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <Combobox
        {...combobox}
        value={text}
        onChange={type}
        onTake={add}
        onBlur={() => {
          if (combobox.free && text.trim() !== "") add(text);
          combobox.onBlur?.();
        }}
      />
      {values.length > 0 && (
        <ul aria-label="Chosen" className="flex flex-wrap gap-1">
          {values.map((value) => (
            <li
              key={value}
              className="border-line bg-raised inline-flex min-w-0 items-center rounded-sm border pl-2 text-sm"
            >
              <span className="wrap-anywhere">{value}</span>
              <button
                type="button"
                aria-label={`Remove ${value}`}
                disabled={combobox.disabled}
                onClick={() => onChange(values.filter((other) => other !== value))}
                className="text-muted hover:text-ink flex size-7 cursor-pointer items-center justify-center pointer-coarse:size-10"
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
