"use client";

import { Download, SearchX } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { saveFile } from "@/lib/csv";
import { formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { EmptyState } from "@/ui/state";
import { DataTable } from "@/ui/table";
import { useUrlSet, useUrlState } from "@/ui/url-state";
import {
  filtered,
  inOrder,
  linesOf,
  NONE_SHOWN,
  shownTopics,
  sortOf,
  sortWord,
  type Line,
  type Score,
} from "./board";
import { BoardCards } from "./board-cards";
import { boardCsv } from "./board-csv";
import { boardColumns, dataColumns, type BoardActs } from "./columns";
import { CurvesPanel } from "./curves-panel";
import { Filters, useFilter } from "./filters";
import { HowToRead } from "./how-to-read";
import { PublishDialog } from "./publish-dialog";
import { useWide } from "./use-wide";
import type { Publish } from "./line-menu";

const BY_RETURN = "-total_return";
const PAGE = 100;

export function Board({ scores }: { scores: readonly Score[] }) {
  const asked = useFilter();
  const [words, setWords] = useUrlSet("show");
  const [sort, setSort] = useUrlState("sort", BY_RETURN);
  const [publish, setPublish] = useState<Publish | null>(null);
  const { filter } = asked;
  const found = useMemo(() => filtered(scores, filter), [scores, filter]);
  const lines = sorted(linesOf(found), sort);
  const symbols = [...new Set(scores.flatMap((score) => score.symbols))].sort();
  const shown = useMemo(() => shownTopics(words, found), [words, found]);
  const setShown = useCallback(
    (topics: readonly string[]) => setWords(topics.length === 0 ? [NONE_SHOWN] : topics),
    [setWords],
  );
  const onShow = useCallback(
    (topic: string, isShown: boolean) =>
      setShown(isShown ? [...shown, topic] : shown.filter((each) => each !== topic)),
    [shown, setShown],
  );
  const acts = useMemo(() => ({ shown, onShow, onPublish: setPublish }), [shown, onShow]);
  return (
    <>
      <CurvesPanel topics={shown} scores={scores} onClear={() => setShown([])} />
      <HowToRead />
      <Panel
        title="All lines"
        hint={countText(found.length, scores.length)}
        actions={
          <Button
            size="sm"
            variant="ghost"
            icon={Download}
            disabled={lines.length === 0}
            onClick={() => saveFile("leaderboard.csv", boardCsv(lines))}
          >
            Export CSV
          </Button>
        }
        flush
      >
        <Filters {...asked} symbols={symbols} />
        {lines.length === 0 ? (
          <EmptyState
            icon={SearchX}
            title="No line fits these filters"
            action={<Button onClick={asked.clear}>Clear the filters</Button>}
          />
        ) : (
          <Lines lines={lines} acts={acts} sort={sort} onSort={setSort} />
        )}
      </Panel>
      {publish && <PublishDialog publish={publish} onClose={() => setPublish(null)} />}
    </>
  );
}

function sorted(lines: readonly Line[], word: string): Line[] {
  const { id, descending } = sortOf(word);
  const column = dataColumns.find((each) => each.id === id);
  return column?.sortValue ? inOrder(lines, column.sortValue, descending) : [...lines];
}

function countText(shown: number, all: number): string {
  const total = all === 1 ? "1 account" : `${formatNumber(all)} accounts`;
  const text = shown === all ? total : `${formatNumber(shown)} of ${total}`;
  return `${text}, each range with its benchmark.`;
}

interface LinesProps {
  lines: readonly Line[];
  acts: BoardActs;
  sort: string;
  onSort: (sort: string) => void;
}

function Lines({ lines, acts, sort, onSort }: LinesProps) {
  const isWide = useWide();
  const [most, setMost] = useState(PAGE);
  const columns = useMemo(() => boardColumns(acts), [acts]);
  const first = lines.slice(0, most);
  return (
    <>
      {isWide ? (
        <DataTable
          caption="Leaderboard"
          columns={columns}
          rows={first}
          rowId={(line) => line.id}
          initialSort={sortOf(sort)}
          onSort={(next) => onSort(sortWord(next))}
        />
      ) : (
        <BoardCards lines={first} sort={sort} onSort={onSort} {...acts} />
      )}
      {lines.length > most && (
        <div className="border-line flex justify-center border-t p-3">
          <Button onClick={() => setMost(most + PAGE)}>
            Show {Math.min(PAGE, lines.length - most)} more
          </Button>
        </div>
      )}
    </>
  );
}
