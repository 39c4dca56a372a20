import { z } from 'zod';

import type { OrganismLimit } from '../ingest/organism-limit.ts';
import type { DeliveryOrigin } from '../ingest/parts.ts';
import { Problem } from './problem.ts';
import { parse } from './route.ts';

/** Who pushes without a name of its own. */
const DEFAULT_SOURCE = 'events';
/** Pairs of source and organism since the start: a program that makes up names is stopped here. */
const MAX_ORIGINS = 1000;

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
    'Input should be 1 to 64 letters, digits, - or _, beginning with a letter or digit',
  );

export const eventsQuery = z.object({
  source: name
    .default(DEFAULT_SOURCE)
    .meta({ description: 'Who sends; keys are unique within it' }),
  organism: name.optional().meta({ description: 'Which organism it is about; absent: the source' }),
});

/** @throws Problem naming the parameter that is not good */
export type OriginReader = (target: string) => DeliveryOrigin;

/**
 * Reads whose events a request brings from its target.
 * @param deps.isTaken whether a source of that name is read by ourselves
 */
export function createOriginReader({
  isTaken,
  limit,
}: {
  readonly isTaken: (source: string) => boolean;
  readonly limit: Pick<OrganismLimit, 'admit'>;
}): OriginReader {
  const byQuery = new Map<string, DeliveryOrigin>();
  const seen = new Set<string>();

  function read(query: string): DeliveryOrigin {
    const raw = Object.fromEntries(new URLSearchParams(query));
    const { source, organism = source } = parse(eventsQuery, raw, 'query');
    const pair = `${source} ${organism}`;
    if (!seen.has(pair) && seen.size >= MAX_ORIGINS) {
      throw new Problem(
        'bad-request',
        `source, organism: ${MAX_ORIGINS} pairs have sent events since the start; use fewer names`,
      );
    }
    limit.admit(organism);
    seen.add(pair);
    return { source, organismId: organism };
  }

  return (target) => {
    const start = target.indexOf('?');
    const query = start === -1 ? '' : target.slice(start + 1);
    let origin = byQuery.get(query);
    if (origin === undefined) {
      origin = read(query);
      if (byQuery.size >= MAX_ORIGINS) byQuery.clear();
      byQuery.set(query, origin);
    }
    // Its keys and ours would mix: what it pushed would make what we read there a duplicate.
    if (isTaken(origin.source)) {
      throw new Problem(
        'conflict',
        `source: "${origin.source}" is read by this server itself; choose another name`,
      );
    }
    return origin;
  };
}
