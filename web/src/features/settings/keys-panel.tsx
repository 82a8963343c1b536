"use client";

import { KeyRound, Trash2 } from "lucide-react";
import { useMemo } from "react";
import { refresh, useGet } from "@/api/hooks";
import { del } from "@/api/rest";
import type { Schema } from "@/api/types";
import { IconButton } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { EmptyState, Ready, SkeletonRows } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Time } from "@/ui/time";
import { useConfirmed, type Deed } from "@/features/admin/confirmed";
import { KeyForm } from "./key-form";

type Key = Schema<"KeyMessage">;

/** My keys of language models and searches; what was given is never shown again. */
export function KeysPanel() {
  const keys = useGet("/api/keys");
  const [ask, dialog] = useConfirmed();
  const columns = useMemo(() => columnsOf(ask), [ask]);
  return (
    <Panel
      title="Keys"
      hint="Your agents use them to reach language models and web search. They are kept encrypted and never shown again."
      flush
    >
      <div className="border-line border-b px-3 pb-4 sm:px-4">
        <KeyForm />
      </div>
      <Ready
        of={keys}
        loading={<SkeletonRows rows={3} />}
        isEmpty={(value) => value.keys.length === 0}
        empty={
          <EmptyState
            icon={KeyRound}
            title="No key is kept for you."
            text="Agents that follow our own rules need none. Add one above to let a language model trade."
          />
        }
      >
        {(value) => (
          <DataTable
            caption="List of keys"
            columns={columns}
            rows={value.keys}
            rowId={({ provider }) => provider}
          />
        )}
      </Ready>
      {dialog}
    </Panel>
  );
}

function columnsOf(ask: (deed: Deed) => void): Column<Key>[] {
  return [
    {
      id: "provider",
      header: "Provider",
      cell: ({ provider, base_url: address }) => (
        <>
          {provider}
          {address && (
            <span className="text-muted block text-sm font-normal wrap-anywhere">{address}</span>
          )}
        </>
      ),
      sortValue: ({ provider }) => provider,
    },
    {
      id: "last_four",
      header: "Ends with",
      cell: ({ last_four: end }) =>
        end === "" ? (
          <span className="text-muted">not shown</span>
        ) : (
          <code className="font-mono">…{end}</code>
        ),
    },
    {
      id: "updated_at",
      header: "Kept since",
      cell: ({ updated_at: at }) => <Time at={at} show="date" />,
      sortValue: ({ updated_at: at }) => at,
      align: "right",
    },
    {
      id: "delete",
      header: "Delete",
      hideHeader: true,
      align: "right",
      cell: ({ provider }) => (
        <IconButton
          icon={Trash2}
          label={`Delete the key of ${provider}`}
          onClick={() => ask(deletion(provider))}
        />
      ),
    },
  ];
}

function deletion(provider: string): Deed {
  return {
    title: `Delete the key of ${provider}?`,
    consequence:
      "Agents that use it cannot start another session, and a session under way fails at its next question. The key itself stays valid at the provider.",
    confirmLabel: "Delete the key",
    danger: true,
    act: async () => {
      await del("/api/keys/{provider}", { path: { provider } });
      await refresh("/api/keys", "/api/providers");
    },
  };
}
