import type { RunState } from "@/api/types";
import { StateBadge } from "@/ui/badge";
import type { Column } from "@/ui/table";
import { Time } from "@/ui/time";

/** The state of a run, and on hover why it is in it. */
export const STATE: Column<{ state: RunState; reason?: string | null }> = {
  id: "state",
  header: "State",
  cell: ({ state, reason }) => <StateBadge state={state} title={reason ?? undefined} />,
  sortValue: ({ state }) => state,
};

/** What a run is on. */
export const MARKET: Column<{ symbol: string; period: string }> = {
  id: "symbol",
  header: "Symbol",
  cell: ({ symbol, period }) => (
    <span className="whitespace-nowrap">
      {symbol} <span className="text-muted">{period}</span>
    </span>
  ),
  sortValue: ({ symbol, period }) => `${symbol} ${period}`,
};

/** When a run was made. */
export const CREATED: Column<{ created_at: string }> = {
  id: "created",
  header: "Created",
  cell: ({ created_at: at }) => <Time at={at} />,
  sortValue: ({ created_at: at }) => Date.parse(at),
  csvValue: ({ created_at: at }) => at,
};
