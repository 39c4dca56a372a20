'use client';

import type { ErrorList } from '#organism/api/resources.ts';
import { errorListSchema } from '#organism/api/resources.ts';

import { useOrganismId } from './use-organism-id.ts';
import { type Resource, useResource } from './use-resource.ts';

export interface ErrorQuery {
  readonly agent?: string | null | undefined;
  readonly thread?: string | null | undefined;
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
