"use client";

import { Play, RotateCw, Square } from "lucide-react";
import { useCallback } from "react";
import { refresh, useCommand, useGet } from "@/api/hooks";
import { post } from "@/api/rest";
import type { Schema } from "@/api/types";
import { formatNumber } from "@/lib/format";
import { Badge, type BadgeTone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Ready, SkeletonRows } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Age } from "@/ui/time";
import { useConfirmed } from "./confirmed";

type Service = Schema<"ToolServiceMessage">;

const PATH = "/api/mcp/status";
const EVERY_MS = 3_000;

/** The tools of agents as services over HTTP, for clients from outside. */
export function ToolServices() {
  const services = useGet(PATH, {}, { everyMs: EVERY_MS });
  const start = useServiceCommand("/api/mcp/start");
  const [ask, dialog] = useConfirmed();
  const isRunning =
    services.status === "ready" &&
    services.value.services.some(({ state }) => state === "running" || state === "starting");
  return (
    <Panel
      title="Tool services"
      hint="Agents’ tools over HTTP (MCP), on this machine alone. Sessions work without them."
      flush
      actions={
        <>
          <Button size="sm" icon={Play} busy={start.busy} onClick={() => void start.run()}>
            Start
          </Button>
          <Button
            size="sm"
            icon={RotateCw}
            disabled={!isRunning}
            onClick={() =>
              ask({
                title: "Restart the tool services?",
                consequence:
                  "Clients from outside lose their connection for some seconds. Sessions go on.",
                confirmLabel: "Restart",
                act: () => served("/api/mcp/restart"),
              })
            }
          >
            Restart
          </Button>
          <Button
            size="sm"
            icon={Square}
            disabled={!isRunning}
            onClick={() =>
              ask({
                title: "Stop the tool services?",
                consequence:
                  "Clients from outside can no longer use the tools until they are started again. Sessions go on.",
                confirmLabel: "Stop",
                danger: true,
                act: () => served("/api/mcp/stop"),
              })
            }
          >
            Stop
          </Button>
        </>
      }
    >
      {start.problem && (
        <div className="px-3 pb-3 sm:px-4">
          <Notice tone="danger" live>
            {start.problem.msg}
          </Notice>
        </div>
      )}
      <Ready of={services} loading={<SkeletonRows rows={4} />}>
        {({ services: found }) => (
          <DataTable
            caption="List of tool services"
            columns={columns}
            rows={found}
            rowId={({ name }) => name}
          />
        )}
      </Ready>
      {dialog}
    </Panel>
  );
}

type Path = "/api/mcp/start" | "/api/mcp/stop" | "/api/mcp/restart";

async function served(path: Path): Promise<void> {
  await post(path);
  await refresh(PATH);
}

function useServiceCommand(path: Path) {
  return useCommand(useCallback(() => served(path), [path]));
}

const tones: Record<Service["state"], BadgeTone> = {
  running: "up",
  starting: "accent",
  stopped: "neutral",
  failed: "danger",
};

const words: Record<Service["state"], string> = {
  running: "Running",
  starting: "Starting",
  stopped: "Stopped",
  failed: "Failed",
};

const columns: Column<Service>[] = [
  { id: "name", header: "Tool", cell: ({ name }) => name, sortValue: ({ name }) => name },
  {
    id: "state",
    header: "State",
    cell: ({ state, reason }) => (
      <span className="flex flex-wrap items-center gap-2">
        <Badge tone={tones[state]}>{words[state]}</Badge>
        {reason && <span className="text-muted text-sm wrap-anywhere">{reason}</span>}
      </span>
    ),
    sortValue: ({ state }) => state,
  },
  {
    id: "address",
    header: "Address",
    cell: ({ address }) => <code className="font-mono text-sm whitespace-nowrap">{address}</code>,
    hideOnPhone: true,
  },
  {
    id: "restarts",
    header: "Restarts",
    cell: ({ restarts }) => formatNumber(restarts),
    align: "right",
    hint: "How often it had to be started again",
    hideOnPhone: true,
  },
  {
    id: "since",
    header: "Since",
    cell: ({ since }) => <Age at={since} />,
    width: 120,
    align: "right",
  },
];
