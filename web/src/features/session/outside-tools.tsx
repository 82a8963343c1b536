"use client";

import { KeyRound } from "lucide-react";
import { memo, useCallback, useState } from "react";
import { useCommand } from "@/api/hooks";
import type { Problem } from "@/api/problem";
import { post } from "@/api/rest";
import type { Schema } from "@/api/types";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/code";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Time } from "@/ui/time";

type Token = Schema<"ToolTokenMessage">;

/** A token with which a program outside uses this session's tools. */
export const OutsideTools = memo(function OutsideTools({ sessionId }: { sessionId: number }) {
  const [token, setToken] = useState<Token | null>(null);
  const ask = useCommand(
    useCallback(async () => {
      const path = { session_id: sessionId };
      setToken(await post("/api/sessions/{session_id}/tool-token", { path }));
    }, [sessionId]),
  );
  return (
    <ToolTokenPanel
      token={token}
      busy={ask.busy}
      problem={ask.problem}
      onAsk={() => void ask.run()}
    />
  );
});

interface ToolTokenPanelProps {
  token: Token | null;
  busy: boolean;
  problem: Problem | null;
  onAsk: () => void;
}

export function ToolTokenPanel({ token, busy, problem, onAsk }: ToolTokenPanelProps) {
  return (
    <Panel title="Tools for a program outside">
      <div className="flex flex-col gap-3">
        <p className="text-muted max-w-prose">
          An MCP client, such as an assistant of yours, can look and trade in this session while it
          runs. Its orders pass the same checks; it cannot move the clock.
        </p>
        <div>
          <Button icon={KeyRound} busy={busy} onClick={onAsk}>
            {token === null ? "Let an MCP client use this session’s tools" : "Make another token"}
          </Button>
        </div>
        {problem && (
          <Notice tone="danger" live>
            {problem.msg}
          </Notice>
        )}
        {token && <ShownToken token={token} />}
      </div>
    </Panel>
  );
}

function ShownToken({ token }: { token: Token }) {
  const addresses = Object.entries(token.services);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Notice tone="warn" title="Copy the token now: it is not shown again" live>
        Whoever has it can trade in this session until <Time at={token.expires_at} />. Send it as
        “Authorization: Bearer …”.
      </Notice>
      <Copied label="Token" text={token.token} />
      {addresses.length === 0 ? (
        <p className="text-muted">
          No tool service runs at the moment. An administrator starts them.
        </p>
      ) : (
        <ul className="flex flex-col gap-2">
          {addresses.map(([tool, address]) => (
            <li key={tool} className="min-w-0">
              <Copied label={`Address of the tool ${tool}`} text={String(address)} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A text to be taken elsewhere, whole to be seen. */
function Copied({ label, text }: { label: string; text: string }) {
  return (
    <div className="min-w-0">
      <p className="text-muted text-xs">{label}</p>
      <div className="border-line bg-page flex items-start gap-2 rounded-md border py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 py-1 text-sm wrap-anywhere">{text}</code>
        <CopyButton text={text} label={`Copy: ${label}`} />
      </div>
    </div>
  );
}
