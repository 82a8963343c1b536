import { clsx } from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import { formatCompact, formatMoney, formatNumber, formatPercent, numberOf } from "@/lib/format";

type Value = number | string | null | undefined;

/** An amount of money: 12,345.60. */
export function Money({ value, digits }: { value: Value; digits?: number }) {
  return <span className="whitespace-nowrap">{formatMoney(value, { digits })}</span>;
}

/** A fraction as a percentage. */
export function Percent({ value, digits }: { value: Value; digits?: number }) {
  return <span className="whitespace-nowrap">{formatPercent(value, { digits })}</span>;
}

interface CountProps {
  value: Value;
  compact?: boolean;
  digits?: number;
}

/** A number of things; long ones can be short, with the whole number on demand. */
export function Count({ value, compact, digits }: CountProps) {
  return (
    <span className="whitespace-nowrap" title={compact ? formatNumber(value) : undefined}>
      {compact ? formatCompact(value) : formatNumber(value, { digits })}
    </span>
  );
}

interface DeltaProps {
  value: Value;
  as?: "money" | "percent" | "number";
  digits?: number;
  arrow?: boolean;
}

const writers = { money: formatMoney, percent: formatPercent, number: formatNumber };

/** A gain or a loss: its sign, its colour and, if asked for, an arrow. */
export function Delta({ value, as = "money", digits, arrow }: DeltaProps) {
  const sign = Math.sign(numberOf(value) ?? 0);
  const Arrow = sign > 0 ? ArrowUp : ArrowDown;
  return (
    <span
      className={clsx(
        "whitespace-nowrap",
        sign > 0 && "text-up",
        sign < 0 && "text-down",
        sign === 0 && "text-muted",
      )}
    >
      {arrow && sign !== 0 && (
        <Arrow aria-hidden className="mr-0.5 inline size-3.5 align-[-0.125em]" />
      )}
      {writers[as](value, { sign: true, digits })}
    </span>
  );
}
