"use client";

import { Scale } from "lucide-react";
import dynamic from "next/dynamic";
import { useGet } from "@/api/hooks";
import { mapped } from "@/api/loadable";
import type { Schema } from "@/api/types";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import { VerdictBadge } from "@/features/evaluations/verdict-badge";
import { CREATED, MARKET, STATE } from "@/features/runs/columns";
import { PAGE, useBefore } from "@/features/runs/older";
import { RunListPage } from "@/features/runs/run-list-page";
import { formatPercent } from "@/lib/format";
import { Progress } from "@/ui/progress";
import type { Column } from "@/ui/table";

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
  STATE,
  MARKET,
  {
    id: "algorithms",
    header: "Algorithms",
    cell: ({ algorithms }) => (
      <span className="block min-w-32">{algorithms.map(algorithmLabel).join(", ")}</span>
    ),
    sortValue: ({ algorithms }) => algorithms.map(algorithmLabel).join(", "),
    hideOnPhone: true,
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
  { ...CREATED, hideOnPhone: true },
];

/** All my evaluations, those that go on kept up to date. */
export function EvaluationsPage() {
  const [before] = useBefore();
  const query = { limit: PAGE, before_id: before };
  const found = useGet("/api/evaluations", { query }, { everyMs: EVERY_MS });
  return (
    <RunListPage
      title="Evaluations"
      subtitle="An evaluation judges algorithms on bars that they never saw, and says whether they beat buying and holding, and how sure that is."
      icon={Scale}
      begin="Start an evaluation"
      none={{
        title: "No evaluations yet",
        text: "Start one before you trust a profit: most of what looks good on the past is luck.",
      }}
      columns={COLUMNS}
      found={mapped(found, ({ evaluations, next }) => ({ runs: evaluations, next }))}
      route="/evaluation"
      Dialog={StartDialog}
      changed={["/api/evaluations"]}
    />
  );
}
