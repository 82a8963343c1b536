import { useCallback, useState } from "react";
import { useCommand } from "@/api/hooks";
import { get } from "@/api/rest";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { Notice } from "@/ui/notice";
import { numberBefore, type ReadPage } from "./find-step";
import { prettyJson } from "./readable";
import { stepOf, type ResultEvent } from "./timeline";

const PAGE = 20;

/** A result that came cut: the whole stands in the session's journal. */
export function WholeResult({ sessionId, result }: { sessionId: number; result: ResultEvent }) {
  const { step, call_id: callId } = result.data;
  const [text, setText] = useState<string | null>(null);
  const read = useCommand(
    useCallback(
      async () => setText(await wholeText(sessionId, step, callId)),
      [sessionId, step, callId],
    ),
  );
  if (text !== null) return <Code label="The whole answer" text={text} maxHeight={480} />;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="text-muted text-sm">This answer is cut at 32 KiB.</span>
      <Button size="sm" busy={read.busy} onClick={() => void read.run()}>
        Read all of it from the journal
      </Button>
      {read.problem && (
        <Notice tone="danger" live>
          {read.problem.msg}
        </Notice>
      )}
    </div>
  );
}

async function wholeText(sessionId: number, step: number, callId: string): Promise<string> {
  const path = { session_id: sessionId };
  const page = async (after: number, limit: number) =>
    (await get("/api/sessions/{session_id}/journal", { path, query: { after, limit } })).entries;
  const numbers: ReadPage = async (after, limit) =>
    (await page(after, limit)).map((entry) => ({ seq: entry.seq, step: stepOf(entry) }));
  let after = await numberBefore(step, numbers, null);
  for (;;) {
    const entries = await page(after, PAGE);
    const found = entries.find(({ kind, data }) => kind === "result" && data.call_id === callId);
    if (found) return prettyJson(found.data.data);
    const last = entries.at(-1);
    if (last === undefined || (stepOf(last) ?? 0) > step) {
      return "The journal does not have this answer.";
    }
    after = last.seq;
  }
}
