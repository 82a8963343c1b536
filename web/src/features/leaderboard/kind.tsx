import { Bot, BrainCircuit, Ruler, Scale, type LucideIcon } from "lucide-react";
import type { Kind } from "./board";

const kinds: Record<Kind, { word: string; icon: LucideIcon }> = {
  agent: { word: "Agent", icon: BrainCircuit },
  bot: { word: "Bot", icon: Bot },
  baseline: { word: "Baseline", icon: Ruler },
  benchmark: { word: "Benchmark", icon: Scale },
};

export function kindWord(kind: Kind): string {
  return kinds[kind].word;
}

/** What kind of trader it is: a word with its icon. */
export function KindSign({ kind }: { kind: Kind }) {
  const { word, icon: Icon } = kinds[kind];
  return (
    <span className="text-muted inline-flex items-center gap-1.5 whitespace-nowrap">
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {word}
    </span>
  );
}
