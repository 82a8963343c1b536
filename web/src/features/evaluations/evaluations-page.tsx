"use client";

import { Plus, Scale } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { refresh, useGet } from "@/api/hooks";
import type { Schema } from "@/api/types";
import { VerdictBadge } from "@/features/evaluations/verdict-badge";
import { formatPercent } from "@/lib/format";
import { StateBadge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Progress } from "@/ui/progress";
import { EmptyState, Ready, SkeletonRows } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { useUrlState } from "@/ui/url-state";

type Evaluation = Schema<"EvaluationRunMessage">;

const EVERY_MS = 5_000;
const StartDialog = dynamic(() => import("@/features/evaluations/start-evaluation-dialog"), {
  ssr: false,
});

const COLUMNS: readonly Column<Evaluation>[] = [
  {
    id: "id",
    header: "Evaluation",
    cell: ({ id }) => <span className="whitespace-nowrap">{`Evaluation ${id}`}</span>,
    sortValue: ({ id }) => id,
  },
  {
    id: "state",
    header: "State",
    cell: ({ state, reason }) => <StateBadge state={state} title={reason ?? undefined} />,
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
    id: "verdict",
    header: "Verdict",
    cell: ({ better }) => <VerdictBadge better={better} />,
    sortValue: ({ better }) => better,
  },
  {
    id: "confidence",
    header: "Confidence",
    hint: "That what was seen is more than luck",
    align: "right",
    cell: ({ confidence }) => formatPercent(confidence, { digits: 0 }),
    sortValue: ({ confidence }) => confidence,
  },
  {
    id: "share",
    header: "Done",
    align: "right",
    cell: ({ share }) => (
      <div className="ml-auto w-28">
        <Progress label="Done" value={share} shown />
      </div>
    ),
    sortValue: ({ share }) => share,
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

/** All my evaluations, those that go on kept up to date. */
export function EvaluationsPage() {
  const router = useRouter();
  const [start, setStart] = useUrlState("start");
  const found = useGet("/api/evaluations", { query: { limit: 200 } }, { everyMs: EVERY_MS });
  const begin = (
    <Button variant="primary" icon={Plus} onClick={() => setStart("1")}>
      Start an evaluation
    </Button>
  );
  return (
    <Page
      title="Evaluations"
      subtitle="An evaluation judges algorithms on bars that they never saw, and says whether they beat buying and holding, and how sure that is."
      actions={begin}
    >
      <Panel flush>
        <Ready of={found} loading={<SkeletonRows rows={6} />}>
          {({ evaluations }) => (
            <DataTable
              caption="Evaluations"
              columns={COLUMNS}
              rows={evaluations}
              rowId={({ id }) => String(id)}
              href={({ id }) => `/evaluation?id=${id}`}
              exportCsv="evaluations"
              empty={
                <EmptyState
                  icon={Scale}
                  title="No evaluations yet"
                  text="Start one before you trust a profit: most of what looks good on the past is luck."
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
            void refresh("/api/evaluations");
            router.push(`/evaluation?id=${id}`);
          }}
        />
      )}
    </Page>
  );
}
