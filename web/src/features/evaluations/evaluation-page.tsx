"use client";

import { FileText, Scale } from "lucide-react";
import { download } from "@/api/download";
import type { EvaluationFeed } from "@/api/feeds/evaluation-feed";
import { useCommand, useGet } from "@/api/hooks";
import { useEvaluation } from "@/api/live";
import { post } from "@/api/rest";
import type { Schema } from "@/api/types";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import { ReportView } from "@/features/evaluations/report-view";
import { reportOf } from "@/features/evaluations/report";
import { UnitsPanel } from "@/features/evaluations/units-panel";
import { RunControls } from "@/features/runs/run-controls";
import { idOf, RunPage } from "@/features/runs/run-page";
import { StaleNotice } from "@/features/runs/stale-notice";
import { isActive } from "@/features/training/states";
import { saveFile } from "@/lib/csv";
import { formatDuration, formatNumber } from "@/lib/format";
import { optionLabels } from "@/lib/parameter-names";
import { uuid } from "@/lib/uuid";
import { StateBadge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Progress } from "@/ui/progress";
import { Ready, Skeleton } from "@/ui/state";
import { useUrlState } from "@/ui/url-state";

type Evaluation = Schema<"EvaluationRunMessage">;

const PATH = "/api/evaluations";

const FRAME = {
  kind: "Evaluation",
  icon: Scale,
  list: { href: "/evaluations", label: "All my evaluations" },
};

/** The evaluation that the address names. */
export function EvaluationPage() {
  const [word] = useUrlState("id");
  const feed = useEvaluation(idOf(word));
  return (
    <RunPage {...FRAME} feed={feed}>
      {(evaluation) => feed && <Shown feed={feed} evaluation={evaluation} />}
    </RunPage>
  );
}

function Shown({ feed, evaluation }: { feed: EvaluationFeed; evaluation: Evaluation }) {
  const { id, state, symbol, period, source, algorithms, seeds, folds, notes } = evaluation;
  return (
    <Page
      title={`Evaluation on ${symbol}`}
      badge={<StateBadge state={state} />}
      subtitle={
        <>
          Evaluation {id} of {algorithms.map(algorithmLabel).join(", ")}: {formatNumber(seeds)}{" "}
          seeds, {formatNumber(folds)} folds, bars of {period} from {optionLabels[source] ?? source}
        </>
      }
      actions={
        <RunControls
          name={`evaluation ${id}`}
          state={state}
          stopping="It ends for good, without a report."
          path={PATH}
          send={async (verb) => {
            const path = { evaluation_id: id };
            feed.take(await post(`/api/evaluations/{evaluation_id}/${verb}`, { path, id: uuid() }));
          }}
        />
      }
    >
      <StaleNotice feed={feed} />
      {evaluation.reason && (
        <Notice tone={state === "failed" ? "danger" : "info"}>{evaluation.reason}</Notice>
      )}
      {notes.length > 0 && <Notice tone="warn">{notes.join(" ")}</Notice>}
      {isActive(state) && <Going evaluation={evaluation} />}
      {state === "finished" ? (
        <Found id={id} />
      ) : (
        <UnitsPanel feed={feed} evaluation={evaluation} />
      )}
    </Page>
  );
}

function Going({ evaluation }: { evaluation: Evaluation }) {
  const { units, units_done: done, share, doing, seconds_left: left } = evaluation;
  return (
    <Panel title="Progress" hint={doing ?? "It has not begun yet."}>
      <Progress label="Done" value={units === 0 ? null : share} shown />
      <p className="text-muted mt-1 text-sm">
        {formatNumber(done)} of {formatNumber(units)} trainings are judged
        {left !== null && `, about ${formatDuration(left)} to go`}.
      </p>
    </Panel>
  );
}

function Found({ id }: { id: number }) {
  const path = { evaluation_id: id };
  const found = useGet("/api/evaluations/{evaluation_id}/report", { path });
  return (
    <Ready of={found} loading={<Skeleton className="h-96" />}>
      {({ report: raw }) => {
        const report = reportOf(raw);
        return report === null ? (
          <Notice tone="danger">This report is of another version, and cannot be shown.</Notice>
        ) : (
          <ReportView report={report} actions={<SavePage id={id} />} />
        );
      }}
    </Ready>
  );
}

/** Saves the report as a page of its own, which needs no platform. */
function SavePage({ id }: { id: number }) {
  const { run, busy, problem } = useCommand(async () => {
    saveFile(`evaluation-${id}.html`, await download(`/api/evaluations/${id}/report?format=html`));
  });
  return (
    <>
      <Button size="sm" icon={FileText} busy={busy} onClick={() => void run()}>
        Save as a page
      </Button>
      {problem && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
    </>
  );
}
