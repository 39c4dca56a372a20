import { z } from 'zod';

import { diskSchema } from '#organism/api/storage.ts';

import type { ApiDeps } from './api-deps.ts';
import { resolveOrganism } from './api-deps.ts';
import { organismInfo } from './contract-views.ts';
import { organismParam } from './parameters.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

const RETRY_AFTER_SECONDS = '5';

const readinessSchema = z
  .object({
    status: z.enum(['ready', 'draining', 'store-failed', 'disk-full']),
    store: z.object({ ok: z.boolean(), reason: z.string().nullable() }),
    /** `low`: it warns; `full`: nothing is taken in until there is room. */
    disk: diskSchema,
    sources: z.array(
      z.object({
        name: z.string(),
        state: z.string(),
        /** Since the last event from it; null when there was none. */
        silentMs: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Readiness' });

export function healthRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/health',
      summary: "The contract's health",
      query: z.object({ organism: organismParam }),
      answer: z.object({
        status: z.string(),
        organism: z.string(),
        uptime_seconds: z.number(),
      }),
      problems: [404],
      async handle({ query: { organism } }) {
        if (organism === undefined && deps.organisms.find(null) === null) {
          return { status: 'healthy', organism: '', uptime_seconds: 0 };
        }
        const state = await resolveOrganism(deps, organism);
        const { name, uptimeSeconds } = organismInfo(state, deps.now());
        return { status: 'healthy', organism: name, uptime_seconds: uptimeSeconds };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/healthz',
      summary: 'Whether the process answers',
      query: z.object({}),
      // Exactly what the modelstat daemon says there: its SDKs may ask us in its place.
      answer: z.object({ ok: z.literal(true) }),
      handle: () => ({ ok: true as const }),
    }),
    defineRoute({
      method: 'GET',
      path: '/readyz',
      summary: 'Whether the store takes writes, and how the sources are',
      query: z.object({}),
      answer: readinessSchema,
      alsoAnswers: [503],
      async handle() {
        const reason = await storeTrouble(deps);
        const readiness = {
          status: readinessWord(deps, reason),
          store: { ok: reason === null, reason },
          disk: deps.disk.status(),
          sources: await sourceAges(deps),
        };
        if (readiness.status === 'ready') return readiness;
        const headers = { 'retry-after': RETRY_AFTER_SECONDS };
        return Response.json(readiness, { status: 503, headers });
      },
    }),
  ];
}

function readinessWord({ isDraining, disk }: ApiDeps, trouble: string | null) {
  if (isDraining()) return 'draining' as const;
  if (trouble !== null) return 'store-failed' as const;
  return disk.status().level === 'full' ? ('disk-full' as const) : ('ready' as const);
}

async function storeTrouble(deps: ApiDeps): Promise<string | null> {
  try {
    await deps.checkStore();
    return null;
  } catch (error) {
    deps.log.warn({ err: error }, 'the store is not ready');
    return error instanceof Error ? error.message : String(error);
  }
}

async function sourceAges(deps: ApiDeps) {
  const counts = await deps.store.sourceCounts().catch(() => []);
  const lastBySource = new Map(counts.map((row) => [row.source, row.lastReceivedAt]));
  return deps.sources().map(({ name, organismId }) => {
    const last = lastBySource.get(name) ?? null;
    return {
      name,
      state: deps.organisms.card(organismId)?.sources.get(name)?.state ?? 'connecting',
      silentMs: last === null ? null : Math.max(0, deps.now() - last),
    };
  });
}
