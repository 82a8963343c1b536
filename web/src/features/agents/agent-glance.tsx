import type { ReactNode } from "react";
import type { Agent } from "@/api/types";
import { otherFields, PLACES, type AgentField } from "@/features/agents/agent-form";
import { UniverseText } from "@/features/agents/universe-text";
import { formatMoney, formatNumber } from "@/lib/format";
import { optionLabels } from "@/lib/parameter-names";
import { parameter, textOf, type Value } from "@/lib/parameters";
import { Panel } from "@/ui/panel";

const SHOWN: readonly AgentField[] = [
  "base_model",
  "provider",
  ...PLACES.market,
  ...PLACES.tools,
  ...PLACES.spending,
  ...PLACES.limits,
  ...PLACES.costs,
  ...PLACES.chance,
  ...otherFields(),
];

/** An agent's whole configuration at a glance. */
export function AgentGlance({ agent }: { agent: Agent }) {
  return (
    <Panel title="Configuration" hint="It holds for its next session.">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 xl:grid-cols-3">
        {SHOWN.map((name) => (
          <div key={name} className="min-w-0">
            <dt className="text-muted text-xs">{parameter("AgentsCreate", name).label}</dt>
            <dd className="wrap-anywhere">{shown(agent, name)}</dd>
          </div>
        ))}
      </dl>
      <h3 className="text-muted mt-3 text-xs">Instructions</h3>
      {agent.prompt === "" ? (
        <p>None of its own: it knows the rules of trading and its limits.</p>
      ) : (
        <pre
          tabIndex={0}
          role="region"
          aria-label="Instructions"
          className="border-line bg-page mt-1 max-h-60 overflow-y-auto rounded-md border p-3 font-mono text-sm wrap-anywhere whitespace-pre-wrap"
        >
          {agent.prompt}
        </pre>
      )}
    </Panel>
  );
}

/** What holds where nothing was chosen. */
const EMPTY: Partial<Record<AgentField, string>> = {
  provider: "This installation’s",
  source: "The first that has them",
  benchmark: "Its symbols in equal parts",
  bots: "None",
  max_cost: "No limit of its own",
  max_tokens: "No limit of its own",
  max_turnover: "No limit",
  fee_bps: "The server’s setting",
  slippage_bps: "The server’s setting",
  temperature: "The provider’s own",
  seed: "One is drawn each time",
};

function shown(agent: Agent, name: AgentField): ReactNode {
  if (name === "universe") return <UniverseText universe={agent.universe} />;
  const value = agent[name] as Value;
  if (value === null || value === undefined || textOf(value) === "") return EMPTY[name] ?? "–";
  if (typeof value === "boolean") return value ? "Allowed" : "Not allowed";
  if (Array.isArray(value)) {
    return value.map((each) => (name === "tools" ? (optionLabels[each] ?? each) : each)).join(", ");
  }
  if (typeof value === "string") return name === "source" ? (optionLabels[value] ?? value) : value;
  const { unit } = parameter("AgentsCreate", name);
  const text = name === "balance" ? formatMoney(value) : formatNumber(value);
  return unit === null ? text : `${text} ${unit}`;
}
