"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./button";

interface CodeProps {
  /** What the region is called to a screen reader. */
  label: string;
  text: string;
  maxHeight?: number;
}

/** Text as a program wrote it, in its own scroll region, with a button that copies it. */
export function Code({ label, text, maxHeight = 320 }: CodeProps) {
  return (
    <div className="border-line bg-page relative rounded-md border">
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        style={{ maxHeight }}
        className="overflow-auto p-3 pr-12 font-mono text-sm whitespace-pre"
      >
        <code>{text}</code>
      </pre>
      <div className="absolute top-1 right-1">
        <CopyButton text={text} />
      </div>
    </div>
  );
}

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <>
      <IconButton
        icon={copied ? Check : Copy}
        label={label}
        size="sm"
        onClick={() => void copy()}
      />
      <span role="status" className="sr-only">
        {copied ? "Copied" : ""}
      </span>
    </>
  );
}
