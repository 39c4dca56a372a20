'use client';

import { parseAsString, useQueryState } from 'nuqs';

/** The organism the page is about, `?organism=`; null is the server's first. */
export function useOrganismId(): string | null {
  return useQueryState('organism', parseAsString)[0];
}

export function useSetOrganismId(): (id: string | null) => void {
  const [, setId] = useQueryState('organism', parseAsString.withOptions({ history: 'push' }));
  return (id) => void setId(id);
}
