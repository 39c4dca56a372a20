'use client';

import { type QueryKey, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { z } from 'zod';

import { type ApiError, getJson, type QueryParams } from './api-client.ts';

export interface ResourceOptions {
  /** How often it is read again while the page is looked at, in milliseconds. */
  readonly refreshMs?: number | undefined;
  /** False waits: for a range, a name, an opened panel. */
  readonly enabled?: boolean | undefined;
  /** Shows the last answer while a changed filter is asked for: for lists, never for one named thing. */
  readonly keepPrevious?: boolean | undefined;
}

export type Resource<T> = UseQueryResult<T, ApiError>;

/** One REST resource by react-query, keyed by its path and parameters. */
export function useResource<S extends z.ZodType>(
  schema: S,
  path: string,
  params: QueryParams,
  options: ResourceOptions = {},
): Resource<z.infer<S>> {
  const queryKey = resourceKey(path, params);
  return useQuery<z.infer<S>, ApiError>({
    queryKey,
    queryFn: ({ signal }) => getJson(schema, path, { params, signal }),
    refetchInterval: options.refreshMs ?? false,
    enabled: options.enabled ?? true,
    // A server on this machine answers without a network.
    networkMode: 'always',
    retry: shouldRetry,
    placeholderData: (previous, query) =>
      options.keepPrevious === true && isSameList(query?.queryKey, queryKey) ? previous : undefined,
  });
}

/** Starts with what says whose rows they are: the organism and the path. */
export function resourceKey(path: string, params: QueryParams): QueryKey {
  return ['api', params['organism'] ?? null, path, params];
}

/** The same list under another filter; another organism's rows are never shown in its place. */
export function isSameList(before: QueryKey | undefined, now: QueryKey): boolean {
  return before?.[1] === now[1] && before?.[2] === now[2];
}

const MAX_RETRIES = 2;

/** Only what may pass by itself is tried again. */
export function shouldRetry(failures: number, error: ApiError): boolean {
  return failures < MAX_RETRIES && (error.code === 'unreachable' || error.code === 'failed');
}
