"use client";

import { Plus, UsersRound } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { refresh, useGet } from "@/api/hooks";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import type { Population } from "@/features/populations/population";
import { formatNumber } from "@/lib/format";
import { StateBadge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, Ready, SkeletonRows } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { useUrlState } from "@/ui/url-state";

const EVERY_MS = 5_000;
const StartDialog = dynamic(() => import("@/features/populations/start-population-dialog"), {
  ssr: false,
});

const COLUMNS: readonly Column<Population>[] = [
  {
    id: "name",
    header: "Population",
    cell: ({ name }) => <span className="block min-w-24 wrap-break-word">{name}</span>,
    sortValue: ({ name }) => name,
  },
  {
    id: "state",
    header: "State",
    cell: ({ state }) => <StateBadge state={state} />,
    sortValue: ({ state }) => state,
  },
  {
    id: "symbol",
    header: "Symbol",
    cell: ({ symbol, period }) => (
      <span className="whitespace-nowrap">
        {symbol} <span className="text-muted">{period}</span>
      </span>
    ),
    sortValue: ({ symbol }) => symbol,
  },
  {
    id: "algorithm",
    header: "Algorithm",
    cell: ({ algorithm }) => algorithmLabel(algorithm),
    sortValue: ({ algorithm }) => algorithmLabel(algorithm),
    hideOnPhone: true,
  },
  {
    id: "members",
    header: "Members",
    align: "right",
    hint: "And how many of them have not ended",
    cell: ({ member_count: count, active_count: active }) => (
      <span className="whitespace-nowrap">
        {formatNumber(count)} <span className="text-muted">({formatNumber(active)} active)</span>
      </span>
    ),
    sortValue: ({ member_count: count }) => count,
  },
  {
    id: "steps",
    header: "Search steps",
    align: "right",
    cell: ({ steps_taken: steps }) => formatNumber(steps),
    sortValue: ({ steps_taken: steps }) => steps,
    hideOnPhone: true,
  },
  {
    id: "created",
    header: "Created",
    cell: ({ created_at: at }) => <Time at={at} />,
    sortValue: ({ created_at: at }) => Date.parse(at),
    hideOnPhone: true,
  },
];

/** All my populations, kept up to date. */
export function PopulationsPage() {
  const router = useRouter();
  const [start, setStart] = useUrlState("start");
  const found = useGet("/api/populations", { query: { limit: 200 } }, { everyMs: EVERY_MS });
  const begin = (
    <Button variant="primary" icon={Plus} onClick={() => setStart("1")}>
      Start a population
    </Button>
  );
  return (
    <Page
      title="Populations"
      subtitle="A population trains many bots of one shape at once, and can let the best of them lead the others."
      actions={begin}
    >
      <Panel flush>
        <Ready of={found} loading={<SkeletonRows rows={6} />}>
          {({ populations }) => (
            <DataTable
              caption="Populations"
              columns={COLUMNS}
              rows={populations}
              rowId={({ id }) => String(id)}
              href={({ id }) => `/population?id=${id}`}
              exportCsv="populations"
              empty={
                <EmptyState
                  icon={UsersRound}
                  title="No populations yet"
                  text="Start one to try many learning rates at once, instead of guessing one."
                  action={begin}
                />
              }
            />
          )}
        </Ready>
      </Panel>
      {start !== "" && (
        <StartDialog
          onClose={() => setStart("")}
          onStarted={(id) => {
            void refresh("/api/populations", "/api/bots", "/api/trainings");
            router.push(`/population?id=${id}`);
          }}
        />
      )}
    </Page>
  );
}
