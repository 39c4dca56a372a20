import { z } from 'zod';

import { storageSchema } from '#organism/api/storage.ts';

import type { ApiDeps } from './api-deps.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

/** What a keeper of the store looks at, and what a program scrapes. */
export function storageRoutes({ store, disk, backups, retention, metrics }: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/storage',
      summary: 'The store: its size, its disk, its backups and what it no longer keeps',
      query: z.object({}),
      answer: storageSchema,
      async handle() {
        const { bytes, schemaVersion, rows } = await store.describe();
        return {
          bytes,
          schemaVersion,
          rows: { ...rows },
          disk: disk.status(),
          backups: backups(),
          retention: await retention(),
        };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/metrics',
      summary: "Counters and gauges in Prometheus' text format",
      query: z.object({}),
      answer: z.string(),
      contentTypes: ['text/plain'],
      handle: async () =>
        new Response(await metrics.read(), { headers: { 'content-type': metrics.contentType } }),
    }),
  ];
}
