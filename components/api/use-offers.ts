'use client';

import { sourceListSchema } from '#organism/api/resources.ts';

import { useResource } from './use-resource.ts';

export interface Offer {
  /** The name of the source that takes the commands. */
  readonly source: string;
  /** The kinds of commands it takes. */
  readonly commands: readonly string[];
}

/** What an organism may change in what it offers, it changes when its runtime is replaced. */
const REFRESH_MS = 30_000;

/** What an organism can be asked; null while that is not known, and where nothing takes commands. */
export function useOffers(organismId: string): Offer | null {
  const sources = useResource(sourceListSchema, '/sources', {}, { refreshMs: REFRESH_MS });
  const source = sources.data?.sources.find((each) => each.organismId === organismId);
  return source === undefined ? null : { source: source.name, commands: source.commands };
}
