import { z } from 'zod';

import { searchResultSchema } from '#organism/api/resources.ts';

import type { ApiDeps } from './api-deps.ts';
import { organismIdOf } from './api-deps.ts';
import { intParam, organismParam, textParam } from './parameters.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

export function searchRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/search',
      summary:
        'Agents and threads with a text in their names, and messages with its words; in every organism when none is named',
      query: z.object({
        organism: organismParam,
        q: textParam,
        limit: intParam({ min: 1, max: 50, fallback: 20 }),
      }),
      answer: searchResultSchema,
      problems: [404],
      async handle({ query: { organism, q: text, limit } }) {
        const isNamed = organism !== undefined;
        const organismId = isNamed ? organismIdOf(deps, organism) : undefined;
        const found =
          text === undefined ? [] : await deps.store.search({ organismId, text, limit });
        const hits = found.map((hit) => ({ ...hit }));
        return { hits, count: hits.length };
      },
    }),
  ];
}
