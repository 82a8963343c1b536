"use client";

import { ArrowRight, Play } from "lucide-react";
import { useId, useState } from "react";
import { useGet } from "@/api/hooks";
import type { Agent, Session } from "@/api/types";
import { sessionHref } from "@/features/agents/agent-links";
import { returnOf } from "@/features/agents/results";
import { StartSessionForm } from "@/features/agents/start-session-form";
import { useAgentCommand, type AgentOrder } from "@/features/agents/use-agent-command";
import { useStartSession } from "@/features/agents/use-start-session";
import { ControlButtons, type Act } from "@/features/session/controls";
import { waitingText } from "@/features/session/states";
import { formatNumber } from "@/lib/format";
import { stateWord } from "@/ui/badge";
import { Button, LinkButton } from "@/ui/button";
import { Delta, Money } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { Progress } from "@/ui/progress";
import { Ready, Skeleton } from "@/ui/state";
import { Time } from "@/ui/time";

/** What an agent does now, with its controls; else how to let it trade. */
export function AgentControl({ agent }: { agent: Agent }) {
  if (agent.session_id === null) return <Idle agent={agent} />;
  return <Active agent={agent} id={agent.session_id} />;
}

function Idle({ agent }: { agent: Agent }) {
  const id = useId();
  const start = useStartSession(agent);
  return (
    <Panel title="Start a session" hint="It takes the agent’s configuration as it is now.">
      <div className="flex flex-col items-start gap-4">
        <StartSessionForm id={id} agent={agent} start={start} />
        <Button variant="primary" icon={Play} type="submit" form={id} busy={start.busy}>
          Start session
        </Button>
      </div>
    </Panel>
  );
}

function Active({ agent, id }: { agent: Agent; id: number }) {
  const path = { session_id: id };
  const session = useGet("/api/sessions/{session_id}", { path }, { everyMs: 2_000 });
  return (
    <Panel
      title={`${stateWord(agent.state)}: session ${id}`}
      actions={
        <LinkButton size="sm" icon={ArrowRight} href={sessionHref(id)}>
          Watch it
        </LinkButton>
      }
    >
      <div className="flex flex-col gap-4">
        <Ready of={session} loading={<Skeleton className="h-44" />}>
          {(value) => <Standing session={value} />}
        </Ready>
        <Controls agent={agent} />
      </div>
    </Panel>
  );
}

function Standing({ session }: { session: Session }) {
  const { live, start, end, step, steps, at, equity, cost, state, reason } = session;
  const text =
    steps === null
      ? `${formatNumber(step)}, until you stop it`
      : `${formatNumber(step)} of ${formatNumber(steps)}`;
  const waiting = reason ?? waitingText(state);
  return (
    <div className="flex min-h-44 flex-col gap-2">
      <p>{live ? "Live on paper" : `From ${start} to ${end}`}</p>
      {waiting !== null && <p className="text-muted text-sm">{waiting}</p>}
      <div>
        <p className="flex justify-between gap-3">
          <span className="text-muted">Decisions</span>
          <span>{text}</span>
        </p>
        {steps !== null && (
          <Progress value={steps === 0 ? 0 : step / steps} label="Decisions" text={text} />
        )}
      </div>
      <dl className="flex flex-col gap-1">
        <Line name="Its clock">{at === null ? "Before the first bar" : <Time at={at} />}</Line>
        <Line name="Equity">
          <Money value={equity} />
        </Line>
        <Line name="Return">
          <Delta as="percent" value={returnOf(session)} />
        </Line>
        <Line name="Cost of the model">
          {cost === null ? "not known" : <>{<Money value={cost} />} USD</>}
        </Line>
      </dl>
    </div>
  );
}

function Line({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex justify-between gap-3">
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const ORDERS: Record<Act, AgentOrder> = {
  "sessions-pause": "pause",
  "sessions-resume": "resume",
  "sessions-stop": "stop",
};

function Controls({ agent }: { agent: Agent }) {
  const { run, busy, problem } = useAgentCommand();
  const [last, setLast] = useState<Act | null>(null);
  const act = async (next: Act) => {
    setLast(next);
    return run(agent, ORDERS[next]);
  };
  if (agent.state === "idle") return null;
  return (
    <div className="flex sm:justify-end">
      <ControlButtons state={agent.state} onAct={act} busy={busy ? last : null} problem={problem} />
    </div>
  );
}
