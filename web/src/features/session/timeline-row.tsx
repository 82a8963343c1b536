import { clsx } from "clsx";
import { History } from "lucide-react";
import { memo } from "react";
import { IconButton } from "@/ui/button";
import { Time } from "@/ui/time";
import { FillLine, LogLine, ProblemLine, StateLine } from "./event-lines";
import { Thought } from "./thought";
import type { Row } from "./timeline";
import { ResultDetails, ToolCall } from "./tool-call";

interface TimelineRowProps {
  sessionId: number;
  row: Row;
  isOpen: boolean;
  isCurrent: boolean;
  onToggle: (seq: number) => void;
  onShowStep: (step: number) => void;
}

/** One row of the timeline; it renders again only when its own event has another result. */
export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { row, isCurrent, onShowStep } = props;
  if (row.kind === "step" && row.event.kind === "step") {
    const { step, at } = row.event.data;
    return (
      <div
        data-seq={row.seq}
        className={clsx(
          "border-line flex items-center gap-2 border-t px-3 pt-2 pb-1 sm:px-4",
          isCurrent && "text-accent",
        )}
      >
        <h3 className="font-semibold">Step {step}</h3>
        <span className="text-muted text-sm">
          <Time at={at} />
        </span>
        <span className="ml-auto">
          <IconButton
            icon={History}
            size="sm"
            label={`Show the session at step ${step}`}
            onClick={() => onShowStep(step)}
          />
        </span>
      </div>
    );
  }
  return (
    <div data-seq={row.kind === "tool" ? undefined : row.seq} className="px-3 py-1 sm:px-4">
      <RowContent {...props} />
    </div>
  );
}, isSame);

function isSame(before: TimelineRowProps, now: TimelineRowProps): boolean {
  return (
    before.row.event === now.row.event &&
    resultOf(before.row) === resultOf(now.row) &&
    before.isOpen === now.isOpen &&
    before.isCurrent === now.isCurrent &&
    before.onToggle === now.onToggle &&
    before.onShowStep === now.onShowStep
  );
}

const resultOf = (row: Row) => (row.kind === "tool" ? row.result : null);

function RowContent({ sessionId, row, isOpen, onToggle }: TimelineRowProps) {
  const toggle = () => onToggle(row.seq);
  if (row.kind === "tool") {
    return <ToolCall {...{ sessionId, call: row.event, result: row.result, isOpen, toggle }} />;
  }
  const { event } = row;
  switch (event.kind) {
    case "thought":
      return <Thought text={event.data.text} isOpen={isOpen} onToggle={toggle} />;
    case "result":
      return <ResultDetails sessionId={sessionId} result={event} />;
    case "fill":
      return <FillLine fill={event.data} />;
    case "log":
      return <LogLine line={event.data} />;
    case "error":
      return <ProblemLine problem={event.data} />;
    case "state":
      return <StateLine state={event.data} />;
    case "step":
      return null;
  }
}
