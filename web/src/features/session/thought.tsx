import { Brain } from "lucide-react";
import { Line } from "./event-lines";
import { MoreButton } from "./more-button";

const LONG = 600;
const LINES = 10;

/** Return the beginning of a long text, ending between two words; null where it is short. */
export function beginning(text: string): string | null {
  const lines = text.split("\n");
  if (text.length <= LONG * 1.25 && lines.length <= LINES + 2) return null;
  const head = lines.slice(0, LINES).join("\n").slice(0, LONG);
  const space = head.lastIndexOf(" ");
  return `${head.slice(0, space > LONG / 2 ? space : head.length).trimEnd()} …`;
}

interface ThoughtProps {
  text: string;
  isOpen: boolean;
  onToggle: () => void;
}

/** What the model said, as text alone; a long one opens on demand. */
export function Thought({ text, isOpen, onToggle }: ThoughtProps) {
  const head = beginning(text);
  return (
    <Line icon={Brain} word="Thought">
      {head === null || isOpen ? text : head}
      {head !== null && (
        <span className="block">
          <MoreButton isOpen={isOpen} onToggle={onToggle} more="Show all of it" less="Show less" />
        </span>
      )}
    </Line>
  );
}
