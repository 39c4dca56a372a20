'use client';

import type { ThreadRow } from '#organism/api/resources.ts';
import { threadRowListSchema, threadRowSchema } from '#organism/api/resources.ts';
import { formatInstant } from '#organism/instant.ts';

import { useOrganismId } from './use-organism-id.ts';
import { type PagedResource, usePaged } from './use-paged.ts';
import { type Resource, useResource } from './use-resource.ts';

export const THREAD_SORTS = [
  'activity',
  'created',
  'messages',
  'tokens',
  'cost',
  'budget',
] as const;
export type ThreadSort = (typeof THREAD_SORTS)[number];

export interface ThreadQuery {
  readonly status?: string | null | undefined;
  /** Participant. */
  readonly agent?: string | null | undefined;
  /** Part of the id, a participant or the error; or words of a message. */
  readonly q?: string | null | undefined;
  /** Active at or after, in epoch milliseconds. */
  readonly since?: number | null | undefined;
  readonly sort?: ThreadSort | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
}

/** Threads as filtered and sorted, a hundred more with each `fetchNextPage`. */
export function useThreads(query: ThreadQuery = {}): PagedResource<ThreadRow> {
  const organism = useOrganismId();
  const { since, ...rest } = query;
  return usePaged({
    schema: threadRowListSchema,
    path: '/threads',
    params: {
      organism,
      ...rest,
      since: since === null || since === undefined ? null : formatInstant(since),
    },
    rowsOf: (page) => page.threads,
    totalOf: (page) => page.total,
    isAtLeast: (page) => page.totalIsAtLeast === true,
    nextOf: (page) => (page.next == null ? null : { cursor: page.next }),
    refreshMs: 5000,
  });
}

export function useThread(id: string): Resource<ThreadRow> {
  const organism = useOrganismId();
  const path = `/threads/${encodeURIComponent(id)}`;
  return useResource(threadRowSchema, path, { organism }, { refreshMs: 5000 });
}
