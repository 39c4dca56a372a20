'use client';

import type { SearchResult } from '#organism/api/resources.ts';
import { searchResultSchema } from '#organism/api/resources.ts';

import { type Resource, useResource } from './use-resource.ts';

const MAX_HITS = 20;

/** Agents, threads and messages of every organism that match; waits for two characters. */
export function useSearch(text: string): Resource<SearchResult> {
  const q = text.trim();
  return useResource(
    searchResultSchema,
    '/search',
    { q, limit: MAX_HITS },
    { keepPrevious: true, enabled: q.length >= 2 },
  );
}
