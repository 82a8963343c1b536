"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { Loadable } from "@/api/loadable";
import { problemOf } from "@/api/problem";

type Cursor = string | number | null;

export interface Pages<Page> {
  pages: Loadable<Page[]>;
  /** Read the next page; null where there is none. */
  more: (() => void) | null;
  isReadingMore: boolean;
  again: () => void;
}

/**
 * Read something page by page; only when asked for, since each look of an administrator's is noted.
 *
 * @param key the path, by which `refresh` finds it, and what else tells one list from another
 */
export function usePages<Page extends { next: Cursor }>(
  key: readonly unknown[],
  read: (cursor: Cursor, signal: AbortSignal) => Promise<Page>,
): Pages<Page> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: null as Cursor,
    getNextPageParam: (page: Page) => page.next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });
  return {
    pages: loadable(query),
    more: query.hasNextPage ? () => void query.fetchNextPage() : null,
    isReadingMore: query.isFetchingNextPage,
    again: () => void query.refetch(),
  };
}

interface Read<Page> {
  data?: { pages: Page[] };
  error: unknown;
  isError: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

function loadable<Page>(query: Read<Page>): Loadable<Page[]> {
  if (query.data !== undefined) {
    const { data, dataUpdatedAt: at, isError: stale } = query;
    return { status: "ready", value: data.pages, at, stale };
  }
  if (query.error === null) return { status: "loading" };
  return { status: "failed", problem: problemOf(query.error), retry: () => void query.refetch() };
}
