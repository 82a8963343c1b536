"use client";

import { Plus, type LucideIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import type { ComponentType } from "react";
import { refresh } from "@/api/hooks";
import { mapped, type Loadable } from "@/api/loadable";
import { Older, useBefore } from "@/features/runs/older";
import type { StartDialogProps } from "@/features/runs/request-dialog";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, Ready, SkeletonRows } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { useUrlState } from "@/ui/url-state";

interface RunListPageProps<T> {
  /** What they are: “Evaluations”. */
  title: string;
  subtitle: string;
  icon: LucideIcon;
  /** The button that leads to the dialog. */
  begin: string;
  /** What is said where there is none yet, and why one would start one. */
  none: { title: string; text: string };
  columns: readonly Column<T>[];
  found: Loadable<{ runs: T[]; next?: number | null }>;
  /** The page of one. */
  route: string;
  /** Asks for a new one. */
  Dialog: ComponentType<StartDialogProps>;
  /** What is read again once one has started. */
  changed: readonly string[];
}

/** All my runs of one kind, and the dialog that starts another. */
export function RunListPage<T extends { id: number }>(props: RunListPageProps<T>) {
  const { title, subtitle, icon, none, columns, found, route, Dialog, changed } = props;
  const router = useRouter();
  const [start, setStart] = useUrlState("start");
  const [before] = useBefore();
  const begin = (
    <Button variant="primary" icon={Plus} onClick={() => setStart("1")}>
      {props.begin}
    </Button>
  );
  return (
    <Page title={title} subtitle={subtitle} actions={begin}>
      <Panel flush>
        {found.status === "ready" && found.stale && (
          <div className="px-3 pt-3 sm:px-4">
            <Notice tone="warn">The list could not be read again. It may be out of date.</Notice>
          </div>
        )}
        <Ready of={mapped(found, ({ runs }) => runs)} loading={<SkeletonRows rows={6} />}>
          {(runs) => (
            <DataTable
              caption={title}
              columns={columns}
              rows={runs}
              rowId={({ id }) => String(id)}
              href={({ id }) => `${route}?id=${id}`}
              exportCsv={title.toLowerCase()}
              empty={
                before === undefined ? (
                  <EmptyState icon={icon} {...none} action={begin} />
                ) : (
                  <EmptyState icon={icon} title="There are none that are older" />
                )
              }
            />
          )}
        </Ready>
        <Older next={found.status === "ready" ? found.value.next : null} />
      </Panel>
      {start !== "" && (
        <Dialog
          onClose={() => setStart("")}
          onStarted={(id) => {
            void refresh(...changed);
            router.push(`${route}?id=${id}`);
          }}
        />
      )}
    </Page>
  );
}
