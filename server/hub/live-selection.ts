import { eventDraftSchema } from '#organism/event.ts';
import type { LiveFilter } from '#organism/live/protocol.ts';

import type { Filter } from './socket-filters.ts';
import { createFilter } from './socket-filters.ts';

/** What of an organism's stream a live client asked for. */
export interface LiveSelection {
  /** Equal for equal filters: those who share it share one serialisation. */
  readonly key: string;
  /** Sorted; an empty list lets everything through. */
  readonly names: Readonly<Record<'types' | 'agents' | 'threads', readonly string[]>>;
  /** Null passes everything. */
  readonly passes: Filter | null;
}

export const EVERYTHING: LiveSelection = {
  key: '',
  names: { types: [], agents: [], threads: [] },
  passes: null,
};

const EVENT_TYPES = new Set<string>(eventDraftSchema.options.map(({ shape }) => shape.type.value));

/** The first type that no event has: a filter on it would wait for ever in silence. */
export function unknownTypeIn(filter: LiveFilter | null | undefined): string | undefined {
  return filter?.types?.find((type) => !EVENT_TYPES.has(type));
}

export function toSelection(filter: LiveFilter | null | undefined): LiveSelection {
  const types = sortedNames(filter?.types);
  const agents = sortedNames(filter?.agents);
  const threads = sortedNames(filter?.threads);
  if (types.length + agents.length + threads.length === 0) return EVERYTHING;
  return {
    key: JSON.stringify([types, agents, threads]),
    names: { types, agents, threads },
    passes: createFilter({ events: types, agents, threads }),
  };
}

function sortedNames(names: readonly string[] | null | undefined): string[] {
  return [...new Set(names)].sort();
}
