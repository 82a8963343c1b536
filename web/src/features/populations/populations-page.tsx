"use client";

import { UsersRound } from "lucide-react";
import dynamic from "next/dynamic";
import { useGet } from "@/api/hooks";
import { mapped } from "@/api/loadable";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import type { Population } from "@/features/populations/population";
import { CREATED, MARKET, STATE } from "@/features/runs/columns";
import { PAGE, useBefore } from "@/features/runs/older";
import { RunListPage } from "@/features/runs/run-list-page";
import { formatNumber } from "@/lib/format";
import type { Column } from "@/ui/table";

const EVERY_MS = 5_000;
const StartDialog = dynamic(() => import("@/features/populations/start-population-dialog"), {
  ssr: false,
});

const COLUMNS: readonly Column<Population>[] = [
  {
    id: "name",
    header: "Population",
    cell: ({ name }) => <span className="block min-w-24 wrap-anywhere">{name}</span>,
    sortValue: ({ name }) => name,
  },
  STATE,
  MARKET,
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
  { ...CREATED, hideOnPhone: true },
];

/** All my populations, kept up to date. */
export function PopulationsPage() {
  const [before] = useBefore();
  const query = { limit: PAGE, before_id: before };
  const found = useGet("/api/populations", { query }, { everyMs: EVERY_MS });
  return (
    <RunListPage
      title="Populations"
      subtitle="A population trains many bots of one shape at once, and can let the best of them lead the others."
      icon={UsersRound}
      begin="Start a population"
      none={{
        title: "No populations yet",
        text: "Start one to try many learning rates at once, instead of guessing one.",
      }}
      columns={COLUMNS}
      found={mapped(found, ({ populations, next }) => ({ runs: populations, next }))}
      route="/population"
      Dialog={StartDialog}
      changed={["/api/populations", "/api/bots", "/api/trainings"]}
    />
  );
}
