'use client';

import type { ErrorList } from '#organism/api/resources.ts';
import { errorListSchema } from '#organism/api/resources.ts';

import { useOrganismId } from './use-organism-id.ts';
import { type PagedResource, usePaged } from './use-paged.ts';
import { type Resource, useResource } from './use-resource.ts';

export interface ErrorQuery {
  readonly agent?: string | null | undefined;
  readonly thread?: string | null | undefined;
  readonly severity?: string | null | undefined;
  /** Words of the text; the last may be begun. */
  readonly q?: string | null | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** Errors, newest first. */
export function useErrors(query: ErrorQuery = {}): Resource<ErrorList> {
  const organism = useOrganismId();
  return useResource(
    errorListSchema,
    '/errors',
    { organism, ...query },
    { refreshMs: 10_000, keepPrevious: true },
  );
}

type ErrorItem = ErrorList['errors'][number];

/**
 * Errors newest first, a hundred more with each `fetchNextPage`. Pages go on from the place of the
 * last row: what arrives meanwhile moves nothing.
 */
export function useErrorPages(
  query: Pick<ErrorQuery, 'agent' | 'thread' | 'severity' | 'q'>,
): PagedResource<ErrorItem> {
  const organism = useOrganismId();
  return usePaged({
    schema: errorListSchema,
    path: '/errors',
    params: { organism, ...query },
    rowsOf: (page) => page.errors,
    totalOf: (page) => page.total,
    isAtLeast: (page) => page.totalIsAtLeast === true,
    nextOf: (page) => (page.next == null ? null : { cursor: page.next }),
    refreshMs: 10_000,
  });
}
