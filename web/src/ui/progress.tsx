import { clsx } from "clsx";
import { formatPercent, steady } from "@/lib/format";

interface ProgressProps {
  /** Between 0 and 1; null where nobody knows. */
  value: number | null;
  label: string;
  /** Write the percentage beside the bar. */
  shown?: boolean;
  text?: string;
}

export function Progress({ value, label, shown, text }: ProgressProps) {
  const share = value === null ? null : Math.min(1, Math.max(0, value));
  const words = text ?? formatPercent(share, { digits: 0 });
  return (
    <div className="flex min-w-0 items-center gap-2">
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
        aria-valuetext={words}
        className="bg-raised h-1.5 min-w-10 flex-1 overflow-hidden rounded-full"
      >
        <div
          className={clsx("bg-accent h-full rounded-full", share === null && "w-1/3 animate-pulse")}
          style={share === null ? undefined : { width: `${share * 100}%` }}
        />
      </div>
      {shown && (
        <span className="text-muted min-w-9 text-right text-xs">{text ?? steady(words, 4)}</span>
      )}
    </div>
  );
}
