"use client";

import { Bot as BotIcon, Plus, Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useCallback, useMemo, useState } from "react";
import { useGet } from "@/api/hooks";
import type { Bot, Training } from "@/api/types";
import type { Asked } from "@/features/bots/bot-dialogs";
import { BotTable } from "@/features/bots/bot-table";
import { lastResults, searched } from "@/features/bots/results";
import { formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { TextInput } from "@/ui/field";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { EmptyState, Ready, SkeletonRows } from "@/ui/state";
import { useUrlState } from "@/ui/url-state";

const BotDialogs = dynamic(() => import("@/features/bots/bot-dialogs"), { ssr: false });

const NO_BOTS: readonly Bot[] = [];
const NO_TRAININGS: readonly Training[] = [];

/** All of my bots; `?new=1` asks for a new one at once. */
export function BotsPage() {
  const bots = useGet("/api/bots", { query: { limit: 1_000 } }, { everyMs: 5_000 });
  const trainings = useGet("/api/trainings", { query: { limit: 200 } }, { everyMs: 10_000 });
  const [search, setSearch] = useUrlState("q");
  const [isNew, setNew] = useUrlState("new");
  const [chosen, setAsked] = useState<Asked | null>(null);
  const asked: Asked | null = chosen ?? (isNew === "1" ? { kind: "create" } : null);
  const close = useCallback(() => {
    setAsked(null);
    setNew("");
  }, [setNew]);
  const all = bots.status === "ready" ? bots.value.bots : NO_BOTS;
  const known = trainings.status === "ready" ? trainings.value.trainings : NO_TRAININGS;
  const results = useMemo(() => lastResults(all, known), [all, known]);
  const found = useMemo(() => searched(all, search), [all, search]);
  const create = () => setAsked({ kind: "create" });

  return (
    <Page
      title="Bots"
      subtitle="A bot learns to trade by training, and keeps its best weights."
      actions={
        <Button variant="primary" icon={Plus} onClick={create}>
          New bot
        </Button>
      }
    >
      <Ready
        of={trainings.status === "loading" ? trainings : bots}
        loading={
          <Panel flush>
            <div className="h-12" />
            <SkeletonRows rows={8} />
          </Panel>
        }
        isEmpty={(page) => page.bots.length === 0}
        empty={<NoBots onCreate={create} />}
      >
        {(page) => (
          <Panel flush>
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2 sm:px-4">
              <div className="w-full sm:w-64">
                <TextInput
                  type="search"
                  aria-label="Search bots"
                  placeholder="Search by name"
                  value={search}
                  onChange={setSearch}
                  suffix={<Search aria-hidden className="size-4" />}
                />
              </div>
              <p role="status" className="text-muted text-sm">
                {countText(found.length, page.bots.length, page.next !== null)}
              </p>
            </div>
            <BotTable
              bots={found}
              results={results}
              onAsk={setAsked}
              empty={
                <EmptyState
                  icon={Search}
                  title={`No bot is named like “${search}”`}
                  action={<Button onClick={() => setSearch("")}>Show all bots</Button>}
                />
              }
            />
          </Panel>
        )}
      </Ready>
      {asked !== null && <BotDialogs asked={asked} bots={all} onClose={close} />}
    </Page>
  );
}

function countText(shown: number, all: number, hasMore: boolean): string {
  const total = `${hasMore ? "the first " : ""}${formatNumber(all)}`;
  if (shown === all && !hasMore) return all === 1 ? "1 bot" : `${total} bots`;
  return `${formatNumber(shown)} of ${total} bots`;
}

function NoBots({ onCreate }: { onCreate: () => void }) {
  return (
    <Panel>
      <EmptyState
        icon={BotIcon}
        title="You have no bots yet"
        text="Make one, then train it on the prices of any symbol. Its parameters are good as they are."
        action={
          <Button variant="primary" icon={Plus} onClick={onCreate}>
            New bot
          </Button>
        }
      />
    </Panel>
  );
}
