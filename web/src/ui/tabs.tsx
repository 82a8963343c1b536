"use client";

import * as Radix from "radix-ui/tabs";
import type { ReactNode } from "react";

export interface Tab {
  id: string;
  label: ReactNode;
  content: ReactNode;
}

interface TabsProps {
  label: string;
  tabs: readonly Tab[];
  /** Given together with `onChange` where the chosen tab is kept elsewhere, as in the address. */
  value?: string;
  onChange?: (id: string) => void;
}

/** Parts of which one is shown at a time. An unknown value shows the first. */
export function Tabs({ label, tabs, value, onChange }: TabsProps) {
  const first = tabs[0]?.id;
  const known = tabs.some((tab) => tab.id === value) ? value : first;
  const chosen = onChange ? { value: known, onValueChange: onChange } : { defaultValue: known };
  return (
    <Radix.Root {...chosen} className="min-w-0">
      <Radix.List
        aria-label={label}
        className="border-line flex gap-4 overflow-x-auto overflow-y-hidden border-b"
      >
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink -mb-px min-h-9 shrink-0 cursor-pointer border-b-2 border-transparent px-0.5 font-medium whitespace-nowrap -outline-offset-2 pointer-coarse:min-h-11"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="pt-4 outline-offset-4">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
