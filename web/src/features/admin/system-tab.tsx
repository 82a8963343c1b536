"use client";

import { ExternalLink, RotateCw } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import type { Loadable } from "@/api/loadable";
import { problemOf } from "@/api/problem";
import { get } from "@/api/rest";
import type { Schema } from "@/api/types";
import { formatBytes, formatNumber } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { Button, buttonClass } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Ready, Skeleton } from "@/ui/state";
import { Stat, StatGrid } from "@/ui/stat";
import { DataTable, type Column } from "@/ui/table";
import { Age } from "@/ui/time";
import { dashboardOf } from "./dashboard";
import { ToolServices } from "./tool-services";

type System = Schema<"SystemMessage">;
type Node = Schema<"NodeMessage">;
type Actor = Schema<"ActorMessage">;
type Queued = Schema<"QueuedMessage">;

/** Machines, actors, the queue and the tool services. */
export function SystemTab() {
  const [system, again] = useSystem();
  return (
    <Ready of={system} loading={<Skeleton className="h-96" />}>
      {(value) => (
        <div className="flex flex-col gap-4">
          <Machines system={value} again={again} />
          <ToolServices />
        </div>
      )}
    </Ready>
  );
}

/** Read when the tab is opened and on demand: each look is noted in the audit log. */
function useSystem(): [Loadable<System>, () => void] {
  const query = useQuery({
    queryKey: ["/api/admin/system", "tab"],
    queryFn: ({ signal }) => get("/api/admin/system", { signal }),
    refetchOnWindowFocus: false,
  });
  const again = () => void query.refetch();
  if (query.data !== undefined) {
    return [{ status: "ready", value: query.data, at: query.dataUpdatedAt }, again];
  }
  if (query.error === null) return [{ status: "loading" }, again];
  return [{ status: "failed", problem: problemOf(query.error), retry: again }, again];
}

function Machines({ system, again }: { system: System; again: () => void }) {
  const { nodes, actors, queue } = system;
  const sum = (of: (node: Node) => number) => nodes.reduce((total, node) => total + of(node), 0);
  const cpus = sum(({ cpus: all }) => all);
  const gpus = sum(({ gpus: all }) => all);
  return (
    <>
      <StatGrid label="The cluster">
        <Stat label="Machines" value={formatNumber(nodes.filter(({ alive }) => alive).length)} />
        <Stat
          label="CPUs in use"
          value={formatNumber(cpus - sum(({ free_cpus: free }) => free))}
          hint={`of ${formatNumber(cpus)}`}
        />
        <Stat
          label="GPUs in use"
          value={formatNumber(gpus - sum(({ free_gpus: free }) => free))}
          hint={`of ${formatNumber(gpus)}`}
        />
        <Stat label="Memory" value={formatBytes(sum(({ memory_bytes: bytes }) => bytes))} />
        <Stat label="Actors" value={formatNumber(actors.length)} />
        <Stat label="In the queue" value={formatNumber(queue.length)} />
      </StatGrid>
      <Panel
        title="Machines"
        hint={
          system.dashboard && (
            <>
              The Ray dashboard asks for a token. It lies on the server, in{" "}
              <code className="font-mono">~/.ray/auth_token</code>.
            </>
          )
        }
        flush
        actions={
          <>
            <Button size="sm" variant="ghost" icon={RotateCw} onClick={again}>
              Read again
            </Button>
            <Dashboard address={system.dashboard} />
          </>
        }
      >
        <DataTable
          caption="List of machines"
          columns={nodeColumns}
          rows={nodes}
          rowId={({ id }) => id}
        />
      </Panel>
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Panel title="Actors" hint="Each training, session and bot that acts has a process." flush>
          <DataTable
            caption="List of actors"
            columns={actorColumns}
            rows={actors}
            rowId={({ name }) => name}
            maxHeight={420}
            empty={<p className="text-muted px-4 pb-4">No actor is alive.</p>}
          />
        </Panel>
        <Panel title="Queue" hint="Trainings that wait for a free place." flush>
          <DataTable
            caption="What waits"
            columns={queueColumns}
            rows={queue}
            rowId={(queued) => String(queued.training_id)}
            maxHeight={420}
            empty={<p className="text-muted px-4 pb-4">Nothing waits.</p>}
          />
        </Panel>
      </div>
    </>
  );
}

function Dashboard({ address }: { address: string | null }) {
  const href = dashboardOf(address);
  if (href === null) return null;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className={buttonClass({ size: "sm" })}
    >
      <ExternalLink aria-hidden className="size-4" />
      Ray dashboard
      <span className="sr-only">(opens in a new tab)</span>
    </a>
  );
}

const nodeColumns: Column<Node>[] = [
  {
    id: "address",
    header: "Address",
    cell: ({ address, is_head: isHead }) => (
      <span className="whitespace-nowrap">
        {address} {isHead && <span className="text-muted font-normal">head</span>}
      </span>
    ),
    sortValue: ({ address }) => address,
  },
  {
    id: "alive",
    header: "State",
    cell: ({ alive }) =>
      alive ? <Badge tone="up">Alive</Badge> : <Badge tone="danger">Lost</Badge>,
    sortValue: ({ alive }) => alive,
  },
  {
    id: "cpus",
    header: "CPUs in use",
    cell: ({ cpus, free_cpus: free }) => `${formatNumber(cpus - free)} of ${formatNumber(cpus)}`,
    sortValue: ({ cpus }) => cpus,
    align: "right",
  },
  {
    id: "gpus",
    header: "GPUs in use",
    cell: ({ gpus, free_gpus: free }) => `${formatNumber(gpus - free)} of ${formatNumber(gpus)}`,
    sortValue: ({ gpus }) => gpus,
    align: "right",
  },
  {
    id: "memory",
    header: "Memory",
    cell: ({ memory_bytes: bytes }) => formatBytes(bytes),
    sortValue: ({ memory_bytes: bytes }) => bytes,
    align: "right",
  },
];

const actorColumns: Column<Actor>[] = [
  {
    id: "name",
    header: "Name",
    cell: ({ name }) => <span className="font-mono text-sm font-normal">{name}</span>,
    sortValue: ({ name }) => name,
  },
  { id: "kind", header: "Kind", cell: ({ kind }) => kind, sortValue: ({ kind }) => kind },
  {
    id: "state",
    header: "State",
    cell: () => <Badge tone="up">Alive</Badge>,
    hint: "What is not alive is not listed",
  },
  {
    id: "owner",
    header: "Whose",
    cell: ({ owner }) => owner ?? <span className="text-muted">the platform’s</span>,
    sortValue: ({ owner }) => owner,
  },
];

const queueColumns: Column<Queued>[] = [
  {
    id: "training",
    header: "Training",
    cell: ({ training_id: id }) => formatNumber(id),
    sortValue: ({ training_id: id }) => id,
  },
  { id: "owner", header: "Whose", cell: ({ owner }) => owner, sortValue: ({ owner }) => owner },
  {
    id: "needs",
    header: "Waits for",
    cell: ({ cpus, gpus }) =>
      `${formatNumber(cpus)} CPU${gpus > 0 ? `, ${formatNumber(gpus)} GPU` : ""}`,
    sortValue: ({ cpus }) => cpus,
    align: "right",
  },
  {
    id: "since",
    header: "Since",
    cell: ({ since }) => <Age at={since} />,
    width: 120,
    sortValue: ({ since }) => since,
    align: "right",
  },
];
