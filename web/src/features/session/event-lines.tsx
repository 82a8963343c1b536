import { clsx } from "clsx";
import {
  ArrowDownLeft,
  ArrowUpRight,
  CircleX,
  Flag,
  Info,
  TriangleAlert,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import type { Schema } from "@/api/types";
import { formatMoney, formatNumber, formatPrice } from "@/lib/format";
import { stateWord } from "@/ui/badge";
import { Time } from "@/ui/time";
import { isWarning } from "./timeline-filter";

interface LineProps {
  icon: LucideIcon;
  /** What the icon stands for. */
  word: string;
  ink?: string;
  children: ReactNode;
  aside?: ReactNode;
}

/** One line of the timeline, with the sign of its kind. */
export function Line({ icon: Icon, word, ink = "text-muted", children, aside }: LineProps) {
  return (
    <div className="flex items-start gap-2">
      <Icon role="img" aria-label={word} className={clsx("mt-0.5 size-4 shrink-0", ink)} />
      <div className="min-w-0 flex-1 wrap-anywhere whitespace-pre-wrap">{children}</div>
      {aside && <div className="text-muted shrink-0 text-sm">{aside}</div>}
    </div>
  );
}

export function FillLine({ fill }: { fill: Schema<"FillMessage"> }) {
  const { symbol, quantity, price, fee, at } = fill;
  const bought = quantity > 0;
  return (
    <Line
      icon={bought ? ArrowUpRight : ArrowDownLeft}
      word="Fill"
      ink="text-accent"
      aside={<Time at={at} />}
    >
      <span className="font-medium">
        {bought ? "Bought" : "Sold"} {formatNumber(Math.abs(quantity))} {symbol} at{" "}
        {formatPrice(price)}
      </span>{" "}
      <span className="text-muted text-sm">fee {formatMoney(fee)}</span>
    </Line>
  );
}

export function LogLine({ line }: { line: Schema<"LogMessage"> }) {
  const isProblem = line.level === "error";
  const icon = isProblem ? CircleX : isWarning(line.level) ? TriangleAlert : Info;
  const ink = isProblem ? "text-danger" : isWarning(line.level) ? "text-warn" : "text-muted";
  const word = isProblem ? "Error" : isWarning(line.level) ? "Warning" : "Note";
  return (
    <Line icon={icon} word={word} ink={ink}>
      {line.text}
    </Line>
  );
}

export function ProblemLine({ problem }: { problem: Schema<"ErrorMessage"> }) {
  return (
    <Line
      icon={CircleX}
      word="Error"
      ink="text-danger"
      aside={<span className="font-mono text-xs">{problem.code}</span>}
    >
      {problem.msg}
    </Line>
  );
}

export function StateLine({ state }: { state: Schema<"StateMessage"> }) {
  return (
    <Line icon={Flag} word="State">
      <span className="text-muted">
        {stateWord(state.state)}
        {state.reason ? `: ${state.reason}` : ""}
      </span>
    </Line>
  );
}
