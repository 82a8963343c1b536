import { ChevronDown, ChevronRight } from "lucide-react";

interface MoreButtonProps {
  isOpen: boolean;
  onToggle: () => void;
  more: string;
  less: string;
}

export function MoreButton({ isOpen, onToggle, more, less }: MoreButtonProps) {
  const Icon = isOpen ? ChevronDown : ChevronRight;
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      onClick={onToggle}
      className="text-accent hover:text-accent-strong inline-flex min-h-5 cursor-pointer items-center gap-0.5 rounded-sm text-sm pointer-coarse:min-h-10"
    >
      <Icon aria-hidden className="size-3.5" />
      {isOpen ? less : more}
    </button>
  );
}
