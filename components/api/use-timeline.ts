'use client';

import {
  type InfiniteData,
  type QueryKey,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';

import type { MessageRow } from '#organism/api/resources.ts';
import { messageRowListSchema } from '#organism/api/resources.ts';

import { type ApiError, getJson } from './api-client.ts';
import {
  firstStretch,
  newerStretch,
  olderStretch,
  reachesPresent,
  stretchParams,
  type TimelineAnchor,
  type TimelinePage,
  type TimelineStretch,
} from './timeline-pages.ts';
import { useOrganismId } from './use-organism-id.ts';
import { isSameList, resourceKey, shouldRetry } from './use-resource.ts';

const PAGE_ROWS = 100;
/** Pages kept; beyond it those at the far end are dropped, and read again when scrolled back to. */
const MAX_PAGES = 100;
/** Newer messages that the live picture shows are read at most this often. */
const CATCH_UP_MS = 2500;

export interface Timeline {
  /** In journal order, oldest first; undefined until the first answer. */
  readonly rows: readonly MessageRow[] | undefined;
  readonly total: number | undefined;
  readonly error: ApiError | null;
  readonly hasOlder: boolean;
  /** False where the rows reach the present: what follows is live news. */
  readonly hasNewer: boolean;
  readonly isLoadingOlder: boolean;
  readonly isLoadingNewer: boolean;
  readonly loadOlder: () => void;
  readonly loadNewer: () => void;
  readonly refetch: () => void;
}

export interface TimelineQuery {
  readonly threads: readonly string[];
  readonly anchor: TimelineAnchor;
  /**
   * The newest of these messages in the live picture: rows that reach the present are completed up
   * to it, so that nothing is missed however fast it came.
   */
  readonly newestSeq: number;
}

/** The stored messages of some threads, read from a place outwards in both directions. */
export function useTimeline(query: TimelineQuery): Timeline {
  const { queryKey, pages } = useTimelinePages(query);
  const rows = pages.data?.pages.flatMap((page) => page.rows);
  const last = pages.data?.pages.at(-1);
  const hasNewer = last !== undefined && !reachesPresent(last);
  const lastSeq = rows?.at(-1)?.seq ?? 0;
  useQuery({
    queryKey: [...queryKey, 'catch-up', lastSeq],
    queryFn: async () => (await pages.fetchNextPage()).data?.pages.length ?? 0,
    enabled: last !== undefined && !hasNewer && query.newestSeq > lastSeq,
    refetchInterval: CATCH_UP_MS,
    gcTime: 0,
    networkMode: 'always',
    retry: false,
  });
  return {
    rows,
    total: last?.total,
    error: pages.error,
    hasOlder: pages.hasPreviousPage,
    hasNewer,
    isLoadingOlder: pages.isFetchingPreviousPage,
    isLoadingNewer: pages.isFetchingNextPage,
    loadOlder: () => {
      if (pages.hasPreviousPage && !pages.isFetching) void pages.fetchPreviousPage();
    },
    loadNewer: () => {
      if (hasNewer && !pages.isFetching) void pages.fetchNextPage();
    },
    refetch: () => void pages.refetch(),
  };
}

function useTimelinePages(query: TimelineQuery) {
  const organism = useOrganismId();
  const params = { organism, thread: query.threads };
  const queryKey = [...resourceKey('/messages', params), 'timeline', query.anchor];
  const pages = useInfiniteQuery<
    TimelinePage,
    ApiError,
    InfiniteData<TimelinePage, TimelineStretch>,
    QueryKey,
    TimelineStretch
  >({
    queryKey,
    queryFn: async ({ signal, pageParam: stretch }) => {
      const { messages, total } = await getJson(messageRowListSchema, '/messages', {
        params: { ...params, ...stretchParams(stretch), limit: PAGE_ROWS },
        signal,
      });
      const rows = stretch.toward === 'older' ? messages.toReversed() : messages;
      return { stretch, rows, total, isFull: messages.length >= PAGE_ROWS };
    },
    initialPageParam: firstStretch(query.anchor),
    getPreviousPageParam: (first) => olderStretch(first),
    getNextPageParam: (_last, all) => newerStretch(all),
    maxPages: MAX_PAGES,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0, // what came meanwhile is unknown: a return begins anew
    refetchOnWindowFocus: false,
    // A conversation that grows goes on from what is on screen.
    placeholderData: (previous, before) =>
      isSameList(before?.queryKey, queryKey) && before?.queryKey.at(-1) === query.anchor
        ? previous
        : undefined,
    networkMode: 'always',
    retry: shouldRetry,
  });
  return { queryKey, pages };
}
