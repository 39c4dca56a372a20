import { z } from 'zod';

import { journalPageSchema, pushAnswerSchema } from '#organism/api/resources.ts';
import { eventDraftSchema } from '#organism/event.ts';

import type { ApiDeps } from './api-deps.ts';
import { JSON_TYPE, LINES_TYPE } from './events-door.ts';
import { eventsQuery } from './events-origin.ts';
import { intParam, organismParam } from './parameters.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

const eventDraft = eventDraftSchema.meta({ id: 'EventDraft' });

/** Events by HTTP, as the document shows them. What happens to them is in the door. */
export function eventRoutes({ events, store }: Pick<ApiDeps, 'events' | 'store'>): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/events',
      summary: 'The journal after a position, in its order: go on from the last event’s `seq`',
      query: z.object({
        since: intParam({ min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 }),
        limit: intParam({ min: 1, max: 5000, fallback: 1000 }),
        organism: organismParam,
      }),
      answer: journalPageSchema,
      async handle({ query: { since, limit, organism: organismId } }) {
        const [lastSeq, events] = await Promise.all([
          store.lastSeq(),
          store.readEvents({ organismId, since, limit }),
        ]);
        return { epoch: store.epoch, lastSeq, events };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/events',
      summary: 'Takes canonical events; answers once they are durable',
      query: eventsQuery,
      accepts: {
        [JSON_TYPE]: z.union([z.array(eventDraft), eventDraft]),
        [LINES_TYPE]: z.string().meta({ description: 'One EventDraft a line' }),
      },
      answer: pushAnswerSchema,
      problems: [400, 409, 413, 415, 503, 507],
      async handle({ request }) {
        const { status, headers, body } = await events.answer(request);
        return new Response(typeof body === 'string' ? body : new Uint8Array(body), {
          status,
          headers,
        });
      },
    }),
  ];
}
