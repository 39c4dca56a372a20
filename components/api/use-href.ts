'use client';

import { parseAsString, useQueryStates } from 'nuqs';

import { scopedHref } from './scoped-href.ts';

const SCOPE = { organism: parseAsString, timezone: parseAsString };

/** Makes addresses that stay with the organism in view: use it for every link between pages. */
export function useHref(): (path: string) => string {
  const [scope] = useQueryStates(SCOPE);
  return (path) => scopedHref(path, scope);
}
