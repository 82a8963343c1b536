"use client";

import { useRouter } from "next/navigation";
import { useId, useRef, useState, type SubmitEvent } from "react";
import type { Agent } from "@/api/types";
import {
  agentFaults,
  otherFields,
  PLACES,
  type Faults,
  type Texts,
} from "@/features/agents/agent-form";
import { agentHref } from "@/features/agents/agent-links";
import { Fields, Section } from "@/features/agents/form-parts";
import { MarketFields } from "@/features/agents/market-fields";
import { ModelFields } from "@/features/agents/model-fields";
import { PromptSection } from "@/features/agents/prompt-section";
import { ToolFields } from "@/features/agents/tool-fields";
import { refusedFields, useSaveAgent } from "@/features/agents/use-save-agent";
import { Button, LinkButton } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { toast } from "@/ui/toast";

interface AgentFormViewProps {
  /** The agent that is changed; null: a new one. */
  agent: Agent | null;
  first: Texts;
  /** Names of my other agents. */
  taken: readonly string[];
  /** Names of my bots. */
  bots: readonly string[];
  /** Read the agent as it is now, and begin again from that. */
  onReload?: () => void;
}

const HINTS = {
  name: "Unique among your agents",
  max_position: "Value of one position over equity, at most",
  max_leverage: "Value of all positions over equity, at most; longs and shorts count",
  allow_short: "It may sell what it does not have",
  is_public:
    "Everybody here sees the name, model, symbols, equity and figures of its next sessions on the leaderboard; its instructions and orders stay yours. Each past session has its own switch.",
};

/** Everything that an agent is, to be typed. */
export function AgentFormView({ agent, first, taken, bots, onReload }: AgentFormViewProps) {
  const router = useRouter();
  const id = useId();
  const element = useRef<HTMLFormElement>(null);
  const [texts, setTexts] = useState(first);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [revealed, setRevealed] = useState(false);
  const save = useSaveAgent(agent);
  const local = agentFaults(texts, taken);
  const refused = refusedFields(save.problem, texts);
  const faults = { ...shownFaults(local, revealed ? null : touched), ...refused };
  const isPlaced = Object.keys(refused).length > 0;
  const isConflict = save.problem?.code === "version_conflict";

  const change = (changes: Texts) => {
    save.reset();
    setTexts((before) => ({ ...before, ...changes }));
    setTouched((before) => new Set([...before, ...Object.keys(changes)]));
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setRevealed(true);
    if (Object.keys(local).length > 0) return showFirstFault(element.current);
    const saved = await save.run(texts);
    if (saved === undefined) return showFirstFault(element.current);
    toast(agent === null ? `${saved.name} is there. Start a session next.` : savedText(saved), {
      tone: "good",
    });
    router.push(agentHref(saved.id));
  };
  const state = { texts, faults, onChange: change };

  return (
    <form id={id} ref={element} noValidate onSubmit={submit} className="flex flex-col gap-4">
      <Section title="Who decides">
        <div className="sm:col-span-2">
          <Fields {...state} names={["name"]} hints={HINTS} />
        </div>
        <ModelFields {...state} bots={bots} />
      </Section>
      <Section title="What it trades">
        <MarketFields {...state} />
      </Section>
      <PromptSection {...state} allFaults={local} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Section title="What it may use">
            <ToolFields {...state} bots={bots} />
          </Section>
          <Section
            title="Limits of its trading"
            hint="Checked at each order, whatever the model says."
          >
            <Fields {...state} names={PLACES.limits} hints={HINTS} />
          </Section>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Section
            title="What it may spend"
            hint="A session that has used it up stops, and says so."
          >
            <Fields {...state} names={PLACES.spending} />
          </Section>
          <Section title="Costs of trading" hint="100 basis points (bps) are 1%.">
            <Fields {...state} names={PLACES.costs} />
          </Section>
          <Section title="Chance">
            <Fields {...state} names={PLACES.chance} />
          </Section>
          <Section title="Who sees its results">
            <div className="sm:col-span-2">
              <Fields {...state} names={PLACES.results} hints={HINTS} />
            </div>
          </Section>
        </div>
      </div>
      {otherFields().length > 0 && (
        <Section title="Other">
          <Fields {...state} names={otherFields()} />
        </Section>
      )}
      {save.problem !== null && !isPlaced && (
        <Notice
          tone="danger"
          live
          title={isConflict ? "It was changed elsewhere: reload." : save.problem.msg}
          actions={
            isConflict &&
            onReload && (
              <Button size="sm" onClick={onReload}>
                Reload
              </Button>
            )
          }
        >
          {isConflict &&
            "Somebody saved this agent since you opened it. Reload shows it as it is now; what you typed here is lost."}
        </Notice>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <LinkButton href={agent === null ? "/agents" : agentHref(agent.id)}>Cancel</LinkButton>
        <Button variant="primary" type="submit" busy={save.busy}>
          {agent === null ? "Create agent" : "Save changes"}
        </Button>
      </div>
    </form>
  );
}

function savedText({ name, session_id: session }: Agent): string {
  return session === null
    ? `${name} is saved.`
    : `${name} is saved. The session that runs now keeps what it began with.`;
}

/** Those of fields that somebody has typed into; all of them after a try to save. */
function shownFaults(faults: Faults, touched: ReadonlySet<string> | null): Faults {
  const shown = Object.entries(faults).filter(([name]) => touched === null || touched.has(name));
  return Object.fromEntries(shown);
}

function showFirstFault(form: HTMLElement | null): void {
  setTimeout(() => form?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
}
