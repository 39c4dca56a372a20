'use client';

import { type InfiniteData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import type { z } from 'zod';

import { type ApiError, getJson, type QueryParams } from './api-client.ts';
import { isSameList, resourceKey, shouldRetry } from './use-resource.ts';

/** The contract's largest page. */
export const PAGE_ROWS = 100;
/** Pages read again on each refresh stay few: beyond this the list is scrolled history. */
const MAX_REFRESHED_PAGES = 3;

export interface PagedResource<Row> {
  /** Undefined until the first answer. */
  readonly rows: readonly Row[] | undefined;
  /** Rows in all, as the server counts them. */
  readonly total: number | undefined;
  /** There may be more than `total`. */
  readonly totalIsAtLeast: boolean;
  readonly error: ApiError | null;
  readonly isPending: boolean;
  /** An answer to an earlier filter is on screen while the new one is on its way. */
  readonly isPlaceholderData: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => void;
  readonly refetch: () => void;
}

/** A list that grows page by page, by offset or by place, as `nextOf` says. */
export function usePaged<S extends z.ZodType, Row>(list: {
  schema: S;
  path: string;
  params: QueryParams;
  rowsOf: (page: z.infer<S>) => readonly Row[];
  totalOf: (page: z.infer<S>) => number;
  isAtLeast?: ((page: z.infer<S>) => boolean) | undefined;
  /** Parameters of the page after this one, null after the last. */
  nextOf: (page: z.infer<S>) => QueryParams | null;
  /** Null: pages are the past, read once, not kept when the list is left, and read anew on `refetch` alone. */
  refreshMs: number | null;
  enabled?: boolean | undefined;
}): PagedResource<Row> {
  const queryKey = [...resourceKey(list.path, list.params), 'pages'];
  const query = useInfiniteQuery<
    z.infer<S>,
    ApiError,
    InfiniteData<z.infer<S>, QueryParams>,
    QueryKey,
    QueryParams
  >({
    queryKey,
    queryFn: ({ signal, pageParam }) =>
      getJson(list.schema, list.path, {
        params: { ...list.params, ...pageParam, limit: PAGE_ROWS },
        signal,
      }),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => list.nextOf(page),
    refetchInterval: ({ state }) =>
      (state.data?.pages.length ?? 0) > MAX_REFRESHED_PAGES ? false : (list.refreshMs ?? false),
    refetchOnWindowFocus: list.refreshMs !== null,
    ...(list.refreshMs === null && { gcTime: 0 }),
    enabled: list.enabled ?? true,
    networkMode: 'always',
    retry: shouldRetry,
    placeholderData: (previous, query) =>
      isSameList(query?.queryKey, queryKey) ? previous : undefined,
  });
  const pages = query.data?.pages;
  const last = pages?.at(-1);
  return {
    rows: pages?.flatMap(list.rowsOf),
    total: last === undefined ? undefined : list.totalOf(last),
    totalIsAtLeast: last !== undefined && (list.isAtLeast?.(last) ?? false),
    error: query.error,
    isPending: query.isPending,
    isPlaceholderData: query.isPlaceholderData,
    hasNextPage: query.hasNextPage,
    isFetchingNextPage: query.isFetchingNextPage,
    fetchNextPage: () => void query.fetchNextPage(),
    refetch: () => void query.refetch(),
  };
}

const FIRST_PAGE: QueryParams = {};
