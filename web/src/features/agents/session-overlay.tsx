"use client";

import { useQueries } from "@tanstack/react-query";
import { ChartLine } from "lucide-react";
import { useMemo } from "react";
import { problemOf } from "@/api/problem";
import { get } from "@/api/rest";
import type { Session } from "@/api/types";
import { LineChart } from "@/charts/lazy";
import { overlayOf, type Curve } from "@/features/agents/overlay";
import { isActive } from "@/features/session/states";
import { formatPercent } from "@/lib/format";
import { usePreferences } from "@/lib/preferences";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { EmptyState, Skeleton } from "@/ui/state";

const HEIGHT = 320;
const READ_AGAIN_MS = 15_000;
const ZERO = [{ value: 0 }];

/** The equity of several sessions as return over time, beside their benchmark. */
export function SessionOverlay({ sessions }: { sessions: readonly Session[] }) {
  const zone = usePreferences((preferences) => preferences.zone);
  const { curves, missing, isLoading } = usePerformances(sessions);
  const { x, series } = useMemo(() => overlayOf(curves), [curves]);
  return (
    <Panel
      title="Compared"
      hint="Equity as a return on the starting balance; the dashed line is the benchmark."
    >
      <div className="flex flex-col gap-3">
        {missing.map(({ id, msg }) => (
          <Notice key={id} tone="warn">{`Session ${id}: ${msg}`}</Notice>
        ))}
        <div style={{ height: HEIGHT }}>
          {isLoading ? (
            <Skeleton className="h-full" />
          ) : x.length === 0 ? (
            <EmptyState
              icon={ChartLine}
              title="Nothing to draw yet"
              text="There is a point at the end of each bar that a session has lived through."
            />
          ) : (
            <LineChart
              label={`Return over time of ${sessions.map(nameOf).join(", ")}; the table above has their results`}
              x={x}
              xKind="time"
              zone={zone}
              series={series}
              references={ZERO}
              height={HEIGHT}
              format={(value) => formatPercent(value, { sign: true })}
            />
          )}
        </div>
      </div>
    </Panel>
  );
}

function nameOf({ id }: Session): string {
  return `Session ${id}`;
}

function usePerformances(sessions: readonly Session[]) {
  const results = useQueries({
    queries: sessions.map((session) => ({
      queryKey: ["agents/performance", session.id, session.state],
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Curve> => {
        const path = { session_id: session.id };
        const performance = await get("/api/sessions/{session_id}/performance", { path, signal });
        return { name: nameOf(session), balance: session.balance, performance };
      },
      staleTime: isActive(session.state) ? 0 : Infinity,
      refetchInterval: isActive(session.state) ? READ_AGAIN_MS : (false as const),
      networkMode: "always" as const,
    })),
    combine: (read) => ({
      curves: read.flatMap(({ data }) => (data === undefined ? [] : [data])),
      failed: read.map(({ data, error }) => (data === undefined ? error : null)),
      isLoading: read.some(({ isLoading }) => isLoading),
    }),
  });
  const { curves, failed, isLoading } = results;
  const missing = failed.flatMap((error, index) =>
    error === null ? [] : [{ id: sessions[index]?.id ?? 0, msg: problemOf(error).msg }],
  );
  return { curves, missing, isLoading };
}
