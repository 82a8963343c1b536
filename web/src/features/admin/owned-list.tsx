"use client";

import { Square } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { refresh } from "@/api/hooks";
import { StateBadge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Delta } from "@/ui/number";
import { EmptyState } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Age } from "@/ui/time";
import { useConfirmed, type Deed } from "./confirmed";
import { Listing } from "./listing";
import { matching, readOwned, type Owned, type OwnedKind } from "./owned";
import { usePages } from "./use-pages";

interface OwnedListProps {
  kind: OwnedKind;
  ownerId: number | null;
  onlyActive: boolean;
  text: string;
  toolbar: ReactNode;
}

const titles: Record<OwnedKind, string> = {
  trainings: "Everybody’s trainings",
  populations: "Everybody’s populations",
  evaluations: "Everybody’s evaluations",
  sessions: "Everybody’s sessions",
  bots: "Everybody’s bots",
  agents: "Everybody’s agents",
};

export function OwnedList({ kind, ownerId, onlyActive, text, toolbar }: OwnedListProps) {
  const found = usePages([`/api/admin/${kind}`, ownerId, onlyActive], (cursor, signal) =>
    readOwned(kind, {
      ownerId,
      onlyActive,
      beforeId: cursor === null ? null : Number(cursor),
      signal,
    }),
  );
  const [ask, dialog] = useConfirmed();
  const columns = useMemo(() => columnsOf(kind, ask), [kind, ask]);
  return (
    <>
      <Listing
        title={titles[kind]}
        hint="As they were last stored. A stop takes effect at once."
        of={found}
      >
        {(pages) => (
          <DataTable
            caption={`List of ${kind}`}
            columns={columns}
            rows={matching(
              pages.flatMap((page) => page.rows),
              text,
            )}
            rowId={({ key }) => key}
            toolbar={toolbar}
            empty={
              <EmptyState
                title={
                  onlyActive ? "Nothing of that kind is active." : "There is nothing like that."
                }
                text={onlyActive ? "Choose “All, also ended” to see what has ended." : undefined}
              />
            }
          />
        )}
      </Listing>
      {dialog}
    </>
  );
}

function columnsOf(kind: OwnedKind, ask: (deed: Deed) => void): Column<Owned>[] {
  const isTrader = kind === "bots" || kind === "agents";
  const hasProfit = kind === "trainings" || kind === "sessions";
  const columns: (Column<Owned> | false)[] = [
    {
      id: "name",
      header: "What",
      cell: ({ key, name }) => (
        <span className="inline-block min-w-24 wrap-anywhere">
          {name} <span className="text-muted font-normal whitespace-nowrap">{key}</span>
        </span>
      ),
      sortValue: ({ name }) => name,
    },
    {
      id: "state",
      header: "State",
      cell: ({ state, reason }) => <StateBadge state={state} title={reason ?? undefined} />,
      sortValue: ({ state }) => state,
    },
    {
      id: "owner",
      header: "Whose",
      cell: ({ owner }) => <span className="whitespace-nowrap">{owner}</span>,
      sortValue: ({ owner }) => owner,
    },
    {
      id: "about",
      header: isTrader ? "About" : "Market",
      cell: ({ about }) => <span className="text-muted wrap-anywhere">{about}</span>,
      sortValue: ({ about }) => about,
      hideOnPhone: true,
    },
    hasProfit && {
      id: "profit",
      header: "Profit",
      cell: ({ profit }) => <Delta value={profit} />,
      sortValue: ({ profit }) => profit,
      align: "right",
      hideOnPhone: true,
    },
    {
      id: "created",
      header: "Since",
      cell: ({ createdAt }) => <Age at={createdAt} />,
      width: 120,
      hideOnPhone: true,
      sortValue: ({ createdAt }) => createdAt,
      align: "right",
    },
    {
      id: "stop",
      header: "Stop",
      hideHeader: true,
      align: "right",
      cell: (owned) => owned.stop && <StopButton owned={owned} ask={ask} stop={owned.stop} />,
    },
  ];
  return columns.filter((column) => column !== false);
}

interface StopButtonProps {
  owned: Owned;
  stop: () => Promise<unknown>;
  ask: (deed: Deed) => void;
}

function StopButton({ owned: { key, name, owner, consequence }, stop, ask }: StopButtonProps) {
  const act = async () => {
    await stop();
    await refresh("/api/admin/");
  };
  return (
    <Button
      size="sm"
      icon={Square}
      aria-label={`Stop ${key} of ${owner}`}
      onClick={() =>
        ask({
          title: `Stop ${key.toLowerCase()}, ${name}, of ${owner}?`,
          consequence,
          confirmLabel: "Stop it",
          danger: true,
          act,
        })
      }
    >
      Stop
    </Button>
  );
}
