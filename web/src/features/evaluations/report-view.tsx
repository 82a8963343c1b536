"use client";

import type { ReactNode } from "react";
import { AlgorithmsTable } from "@/features/evaluations/algorithms-table";
import { BaselinesTable } from "@/features/evaluations/baselines-table";
import { CurvesPanel } from "@/features/evaluations/curves-panel";
import { FoldsPanel } from "@/features/evaluations/folds-panel";
import type { Report } from "@/features/evaluations/report";
import { VerdictPanel } from "@/features/evaluations/verdict-panel";

/** What an evaluation found: its verdict first, then what it rests on. */
export function ReportView({ report, actions }: { report: Report; actions?: ReactNode }) {
  return (
    <>
      <VerdictPanel report={report} actions={actions} />
      <CurvesPanel report={report} />
      <AlgorithmsTable report={report} />
      <BaselinesTable report={report} />
      {report.algorithms.map((algorithm) => (
        <FoldsPanel key={algorithm.name} report={report} algorithm={algorithm} />
      ))}
    </>
  );
}
