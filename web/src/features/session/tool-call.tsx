import { Check, CircleX, Clock, Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/ui/badge";
import { Code } from "@/ui/code";
import { Line } from "./event-lines";
import { MoreButton } from "./more-button";
import { briefJson, callSentence, prettyJson, resultSentence } from "./readable";
import type { ResultEvent, ToolEvent } from "./timeline";
import { WholeResult } from "./whole-result";

interface ToolCallProps {
  sessionId: number;
  call: ToolEvent;
  result: ResultEvent | null;
  isOpen: boolean;
  toggle: () => void;
}

/** What the model asked a tool for, and what it was answered. */
export function ToolCall({ sessionId, call, result, isOpen, toggle }: ToolCallProps) {
  const { name, arguments: given } = call.data;
  const sentence = callSentence(name, given);
  const says = result && resultSentence(result.data.ok, result.data.data);
  return (
    <Line icon={Wrench} word="Tool" aside={<Outcome result={result} />}>
      <span data-seq={call.seq}>
        {sentence ?? <Call name={name}>{briefJson(given)}</Call>}
        {sentence !== null && <span className="text-muted ml-2 font-mono text-xs">{name}</span>}
      </span>
      <span className="ml-2 inline-block align-top">
        <MoreButton isOpen={isOpen} onToggle={toggle} more="Details" less="Hide the details" />
      </span>
      {says && <span className="text-muted block text-sm">{says}</span>}
      {isOpen && (
        <div className="flex flex-col gap-2 pt-1 pb-2 whitespace-normal">
          <Code
            label={`Arguments of ${name}`}
            text={typeof given === "string" ? given : prettyJson(given)}
            maxHeight={200}
          />
          {result && <Answer sessionId={sessionId} result={result} />}
        </div>
      )}
    </Line>
  );
}

function Call({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <span className="font-mono text-sm">{name}</span>{" "}
      <span className="text-muted font-mono text-xs">{children}</span>
    </>
  );
}

function Outcome({ result }: { result: ResultEvent | null }) {
  if (result === null) return <Badge icon={Clock}>Under way</Badge>;
  return (
    <span data-seq={result.seq}>
      {result.data.ok ? (
        <Badge icon={Check}>OK</Badge>
      ) : (
        <Badge icon={CircleX} tone="warn">
          Refused
        </Badge>
      )}
    </span>
  );
}

/** A result whose call came before what is shown. */
export function ResultDetails({ sessionId, result }: { sessionId: number; result: ResultEvent }) {
  const { ok, data } = result.data;
  return (
    <Line icon={ok ? Check : CircleX} word={ok ? "Result" : "Refused"}>
      <span className="text-muted text-sm">{resultSentence(ok, data) ?? briefJson(data)}</span>
      {result.data.truncated && <WholeResult sessionId={sessionId} result={result} />}
    </Line>
  );
}

function Answer({ sessionId, result }: { sessionId: number; result: ResultEvent }) {
  const { data, truncated } = result.data;
  return (
    <>
      <Code
        label="Answer of the tool"
        text={typeof data === "string" ? data : prettyJson(data)}
        maxHeight={280}
      />
      {truncated && <WholeResult sessionId={sessionId} result={result} />}
    </>
  );
}
