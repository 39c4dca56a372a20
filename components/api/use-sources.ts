'use client';

import type { z } from 'zod';

import type { SourceList } from '#organism/api/resources.ts';
import { rejectListSchema, sourceListSchema } from '#organism/api/resources.ts';

import { type Resource, useResource } from './use-resource.ts';

export type RejectList = z.infer<typeof rejectListSchema>;

/** Every source with its state and counts, whichever organism is selected. */
export function useSources(): Resource<SourceList> {
  return useResource(sourceListSchema, '/sources', {}, { refreshMs: 3000 });
}

/** What one source sent that was refused, newest first. */
export function useRejects(
  source: string,
  page: { readonly limit?: number | undefined; readonly offset?: number | undefined } = {},
): Resource<RejectList> {
  return useResource(
    rejectListSchema,
    `/sources/${encodeURIComponent(source)}/rejects`,
    { ...page },
    { refreshMs: 10_000, keepPrevious: true },
  );
}
