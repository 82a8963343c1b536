import { Check, CircleX, Play, Square, type LucideIcon } from "lucide-react";
import { clsx } from "clsx";
import Link from "@/ui/link";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { Age } from "@/ui/time";
import type { Happening } from "./overview";

const looks: Record<Happening["what"], { icon: LucideIcon; ink: string }> = {
  started: { icon: Play, ink: "text-accent" },
  finished: { icon: Check, ink: "text-muted" },
  stopped: { icon: Square, ink: "text-muted" },
  failed: { icon: CircleX, ink: "text-danger" },
};

/** What happened last to my trainings and sessions. */
export function HappeningsPanel({ happenings }: { happenings: readonly Happening[] }) {
  return (
    <Panel title="What happened last" flush>
      {happenings.length === 0 ? (
        <p className="text-muted px-3 pb-4 sm:px-4">
          Nothing yet. Here stands when trainings and sessions begin and end.
        </p>
      ) : (
        <ul className="divide-line border-line divide-y border-t">
          {happenings.map((happening) => (
            <HappeningRow key={happening.key} happening={happening} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function HappeningRow({ happening: { at, what, run } }: { happening: Happening }) {
  const { icon: Icon, ink } = looks[what];
  const result = what === "finished" || what === "stopped" ? run.result : null;
  return (
    <li className="hover:bg-raised relative flex items-start gap-2.5 px-3 py-2 sm:px-4">
      <Icon aria-hidden className={clsx("mt-1 size-3.5 shrink-0", ink)} />
      <div className="min-w-0 flex-1">
        <p className="wrap-anywhere">
          <Link href={run.href} className="hover:text-accent after:absolute after:inset-0">
            {run.kind === "training" ? "Training" : "Session"} {run.id} of {run.name}
          </Link>{" "}
          {what}
          {result && (
            <>
              : <Delta value={result.fraction} as="percent" />
            </>
          )}
        </p>
        <p className="text-muted text-sm wrap-anywhere">
          {what === "failed" && run.reason ? `${run.reason} · ` : `${run.market} · `}
          <Age at={at} />
        </p>
      </div>
    </li>
  );
}
