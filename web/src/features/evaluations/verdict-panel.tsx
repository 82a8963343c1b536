import { CircleCheck, CircleX } from "lucide-react";
import type { ReactNode } from "react";
import type { Report } from "@/features/evaluations/report";
import { formatNumber, formatPercent } from "@/lib/format";
import { Notice } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Stat, StatGrid } from "@/ui/stat";

interface VerdictPanelProps {
  report: Report;
  actions?: ReactNode;
}

/** Better than buying and holding or not, how sure, and by which checks. */
export function VerdictPanel({ report, actions }: VerdictPanelProps) {
  const { verdict, trials, earlier_trials: earlier, overfitting, plan } = report;
  return (
    <Panel title="Verdict" actions={actions}>
      <div className="flex flex-col gap-3">
        <Notice tone={verdict.better ? "good" : "warn"} title={verdict.sentence}>
          It speaks of these bars alone, and promises nothing of a market that changes.
        </Notice>
        {verdict.checks.length > 0 && (
          <ul aria-label="Checks" className="flex flex-col gap-1">
            {verdict.checks.map(({ name, passed, sentence }) => {
              const Icon = passed ? CircleCheck : CircleX;
              return (
                <li key={name} className="flex items-start gap-2">
                  <Icon
                    role="img"
                    aria-label={passed ? "Passed" : "Not passed"}
                    className={`mt-0.5 size-4 shrink-0 ${passed ? "text-up" : "text-muted"}`}
                  />
                  <span>{sentence}</span>
                </li>
              );
            })}
          </ul>
        )}
        <StatGrid label="How it was judged">
          <Stat
            label="Confidence"
            value={formatPercent(verdict.confidence, { digits: 0 })}
            hint="that it is more than luck"
          />
          <Stat
            label="Trials"
            value={formatNumber(trials)}
            hint={
              earlier > 0 ? `${formatNumber(earlier)} of them made before` : "luck is deflated by"
            }
          />
          <Stat
            label="Over-fitting"
            value={formatPercent(overfitting.probability, { digits: 0 })}
            hint="probability, 50% is chance"
          />
          <Stat
            label="Trainings"
            value={formatNumber(plan.fits)}
            hint={`${formatNumber(plan.seeds.length)} seeds, ${formatNumber(plan.folds.length)} folds`}
          />
          <Stat
            label="Left out"
            value={formatNumber(plan.purge + plan.embargo)}
            hint="bars between two parts"
          />
        </StatGrid>
      </div>
    </Panel>
  );
}
