"use client";

import { UsersRound } from "lucide-react";
import { refresh, useCommand } from "@/api/hooks";
import type { PopulationFeed } from "@/api/feeds/population-feed";
import { usePopulation } from "@/api/live";
import { patch, post } from "@/api/rest";
import { algorithmLabel } from "@/features/algorithms/algorithms";
import { HappeningsPanel } from "@/features/populations/happenings-panel";
import { MembersPanel } from "@/features/populations/members-panel";
import { bestOf, type Population } from "@/features/populations/population";
import { RunControls } from "@/features/runs/run-controls";
import { idOf, RunPage } from "@/features/runs/run-page";
import { StaleNotice } from "@/features/runs/stale-notice";
import { isActive } from "@/features/training/states";
import { formatNumber } from "@/lib/format";
import { optionLabels } from "@/lib/parameter-names";
import { uuid } from "@/lib/uuid";
import { StateBadge } from "@/ui/badge";
import { Switch } from "@/ui/choice";
import { Notice } from "@/ui/notice";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Stat, StatGrid } from "@/ui/stat";
import { useUrlState } from "@/ui/url-state";

const PATH = "/api/populations";
const FRAME = {
  kind: "Population",
  icon: UsersRound,
  list: { href: "/populations", label: "All my populations" },
};

/** The population that the address names. */
export function PopulationPage() {
  const [word] = useUrlState("id");
  const feed = usePopulation(idOf(word));
  return (
    <RunPage {...FRAME} feed={feed}>
      {(population) => feed && <Shown feed={feed} population={population} />}
    </RunPage>
  );
}

function Shown({ feed, population }: { feed: PopulationFeed; population: Population }) {
  const { id, name, state, symbol, period, source, algorithm, members, search } = population;
  const best = bestOf(members);
  return (
    <Page
      title={name}
      badge={<StateBadge state={state} />}
      subtitle={
        <>
          Population {id} by {algorithmLabel(algorithm)} on {symbol}, bars of {period} from{" "}
          {optionLabels[source] ?? source}
        </>
      }
      actions={
        <RunControls
          name={name}
          state={state}
          stopping="Every member ends for good. Their best weights and histories stay."
          path={PATH}
          send={async (verb) => {
            const path = { population_id: id };
            feed.take(await post(`/api/populations/{population_id}/${verb}`, { path, id: uuid() }));
          }}
        />
      }
    >
      <StaleNotice feed={feed} />
      <StatGrid label="How it stands">
        <Stat
          label="Members"
          value={formatNumber(population.member_count)}
          hint={`${formatNumber(population.active_count)} have not ended`}
        />
        <Stat
          label="Best on validation"
          value={best === null ? "–" : `Member ${best.member}`}
          hint={best === null ? "none is evaluated yet" : `log growth ${formatNumber(best.score)}`}
        />
        <Stat
          label="Search steps"
          value={formatNumber(population.steps_taken)}
          hint={search === null ? "they do not search" : `a look every ${search.interval} episodes`}
        />
        <Stat
          label="Trials"
          value={formatNumber(population.trials)}
          hint="the best of so many is partly luck"
        />
      </StatGrid>
      {search !== null && isActive(state) && <Searching population={population} />}
      <MembersPanel population={population} />
      <HappeningsPanel feed={feed} />
    </Page>
  );
}

function Searching({ population: { id, searching } }: { population: Population }) {
  const { run, busy, problem } = useCommand(async (next: boolean) => {
    const path = { population_id: id };
    const body = { searching: next, members: [] };
    const answer = await patch("/api/populations/{population_id}", { path, body, id: uuid() });
    await refresh(PATH);
    return answer;
  });
  return (
    <Panel title="Search">
      <Switch
        checked={searching}
        disabled={busy}
        onChange={(next) => void run(next)}
        label="The search takes steps"
        hint="Off: every member learns on by itself. What was taken over stays."
      />
      {problem && (
        <Notice tone="danger" live>
          {problem.msg}
        </Notice>
      )}
    </Panel>
  );
}
