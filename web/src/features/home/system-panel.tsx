"use client";

import { CircleCheck, TriangleAlert } from "lucide-react";
import { clsx } from "clsx";
import { useGet } from "@/api/hooks";
import type { Loadable } from "@/api/loadable";
import type { Schema } from "@/api/types";
import { formatNumber } from "@/lib/format";
import { LinkButton } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Skeleton } from "@/ui/state";

const HEALTH_MS = 10_000;

/** Whether the platform works; for administrators also how busy its machines are. */
export function SystemPanel({ isAdmin }: { isAdmin: boolean }) {
  const health = useGet("/healthz", {}, { everyMs: HEALTH_MS });
  return (
    <Panel
      title="System"
      actions={
        isAdmin && (
          <LinkButton href="/admin?tab=system" variant="ghost" size="sm">
            Details
          </LinkButton>
        )
      }
    >
      <Health health={health} />
      {isAdmin && <Machines />}
    </Panel>
  );
}

const parts: Record<string, string> = {
  store: "Database",
  supervisor: "Supervisor of the runs",
  market: "Market data",
  platform: "Platform",
};

function Health({ health }: { health: Loadable<Schema<"HealthMessage">> }) {
  if (health.status === "loading") return <Skeleton className="h-24" />;
  if (health.status === "failed") {
    return (
      <div className="min-h-24">
        <Line isWell={false} text="Commands do not work at the moment." />
        <p className="text-muted mt-1 text-sm">{health.problem.msg}</p>
      </div>
    );
  }
  const found = Object.entries(health.value.parts);
  return (
    <div className="min-h-24">
      <ul className="flex flex-col gap-1">
        {found.map(([part, word]) => (
          <li key={part}>
            <Line
              isWell={word === "ok"}
              text={word === "ok" ? (parts[part] ?? part) : `${parts[part] ?? part}: ${word}`}
            />
          </li>
        ))}
      </ul>
      {health.stale && (
        <p className="text-warn mt-1 text-sm">The server did not answer the last question.</p>
      )}
    </div>
  );
}

function Line({ isWell, text }: { isWell: boolean; text: string }) {
  const Icon = isWell ? CircleCheck : TriangleAlert;
  return (
    <p className="flex items-start gap-2">
      <Icon
        role="img"
        aria-label={isWell ? "Works" : "Does not work"}
        className={clsx("mt-0.5 size-4 shrink-0", isWell ? "text-up" : "text-danger")}
      />
      <span className="min-w-0 wrap-anywhere">{text}</span>
    </p>
  );
}

/** Read once per visit: each look of an administrator's is noted in the audit log. */
function Machines() {
  const system = useGet("/api/admin/system");
  if (system.status === "failed") {
    return <p className="text-muted mt-3 text-sm">{system.problem.msg}</p>;
  }
  const busy = system.status === "loading";
  const { nodes, queue, actors } = busy ? { nodes: [], queue: [], actors: [] } : system.value;
  const cpus = nodes.reduce((sum, node) => sum + node.cpus, 0);
  const free = nodes.reduce((sum, node) => sum + node.free_cpus, 0);
  const gpus = nodes.reduce((sum, node) => sum + node.gpus, 0);
  const figures = [
    ["CPUs in use", `${formatNumber(cpus - free)} of ${formatNumber(cpus)}`],
    ["GPUs", formatNumber(gpus)],
    ["Actors", formatNumber(actors.length)],
    ["In the queue", formatNumber(queue.length)],
  ] as const;
  return (
    <dl className="border-line mt-3 grid grid-cols-2 gap-x-4 gap-y-2 border-t pt-3">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt className="text-muted text-xs">{name}</dt>
          <dd className="font-medium">{busy ? <Skeleton className="h-5 w-16" /> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
