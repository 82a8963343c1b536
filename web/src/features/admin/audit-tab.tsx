"use client";

import { useMemo } from "react";
import { get } from "@/api/rest";
import type { Schema } from "@/api/types";
import { Select } from "@/ui/select";
import { EmptyState } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { useUrlState } from "@/ui/url-state";
import { Listing } from "./listing";
import { usePages } from "./use-pages";
import { useUsers } from "./use-users";

type Entry = Schema<"AuditMessage">;

const PATH = "/api/admin/audit";

export function AuditTab() {
  const [admin, setAdmin] = useUrlState("by");
  const [owner, setOwner] = useUrlState("owner");
  const { emails, admins, everybody, isRead } = useUsers();
  const asked = {
    ...(admin && { admin_id: Number(admin) }),
    ...(owner && { owner_id: Number(owner) }),
  };
  const entries = usePages([PATH, asked], (cursor, signal) =>
    get(PATH, {
      query: { ...asked, ...(cursor !== null && { before_id: Number(cursor) }) },
      signal,
    }),
  );
  const columns = useMemo(() => columnsOf(emails), [emails]);
  return (
    <Listing
      title="Audit log"
      hint="What administrators did and looked at, the newest first. It only grows."
      of={isRead ? entries : { ...entries, pages: { status: "loading" } }}
    >
      {(pages) => (
        <DataTable
          caption="Entries of the audit log"
          columns={columns}
          rows={pages.flatMap((page) => page.entries)}
          rowId={({ id }) => String(id)}
          maxHeight={640}
          exportCsv="audit"
          empty={<EmptyState title="There is no such entry." />}
          toolbar={
            <>
              <Select
                label="Who did it"
                value={admin}
                onChange={setAdmin}
                options={[{ value: "", label: "By anybody" }, ...admins]}
                className="sm:w-60"
              />
              <Select
                label="Whose it was"
                value={owner}
                onChange={setOwner}
                options={[{ value: "", label: "About anybody" }, ...everybody]}
                className="sm:w-60"
              />
            </>
          }
        />
      )}
    </Listing>
  );
}

function columnsOf(emails: ReadonlyMap<number, string>): Column<Entry>[] {
  const named = (id: number | null) => (id === null ? null : (emails.get(id) ?? `user ${id}`));
  return [
    {
      id: "at",
      header: "When",
      cell: ({ at }) => <Time at={at} show="seconds" />,
      csvValue: ({ at }) => at,
    },
    {
      id: "admin",
      header: "Who",
      cell: ({ admin_id: id }) => named(id) ?? <span className="text-muted">command line</span>,
      csvValue: ({ admin_id: id }) => named(id) ?? "command line",
    },
    {
      id: "action",
      header: "What",
      cell: ({ action }) => <code className="font-mono text-sm whitespace-nowrap">{action}</code>,
      csvValue: ({ action }) => action,
    },
    {
      id: "owner",
      header: "Whose",
      cell: ({ owner_id: id }) => named(id) ?? <span className="text-muted">–</span>,
      csvValue: ({ owner_id: id }) => named(id),
    },
    {
      id: "about",
      header: "About",
      cell: ({ about }) => (
        <span className="text-muted inline-block min-w-48 font-mono text-sm wrap-anywhere">
          {aboutText(about)}
        </span>
      ),
      csvValue: ({ about }) => aboutText(about),
    },
  ];
}

/** Read what an entry is about as "name value" pairs. */
export function aboutText(about: Record<string, unknown>): string {
  return Object.entries(about)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(
      ([name, value]) =>
        `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`,
    )
    .join(", ");
}
