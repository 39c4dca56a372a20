import { z } from 'zod';

import type { SourceCounts, StoredReject } from '#db/store.ts';
import type { SourceInfo } from '#organism/api/resources.ts';
import { commandListSchema, rejectListSchema, sourceListSchema } from '#organism/api/resources.ts';

import type { SourceDescription } from '../sources/source.ts';
import type { ApiDeps } from './api-deps.ts';
import { pageParams } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

const GENERIC = { kind: 'events', path: '/api/v1/events' };
const NO_COUNTS = { received: 0, accepted: 0, duplicate: 0, rejected: 0 };

/** What the sources do, what they refused, and what was asked of them. */
export function sourceRoutes(deps: ApiDeps): Route[] {
  const { store, organisms } = deps;
  const startedAt = deps.now();
  const pushKinds = new Set([GENERIC, ...deps.receivers].map(({ kind }) => kind));
  const isPush = (kind: string): boolean => pushKinds.has(kind);

  function sourceInfo(
    description: SourceDescription,
    counts: SourceCounts | undefined,
  ): SourceInfo {
    const { name, kind, url, organismId, commands = [] } = description;
    const view = organisms.card(organismId)?.sources.get(name);
    return {
      name,
      kind,
      url,
      organismId,
      commands: [...commands],
      state: view?.state ?? (isPush(kind) ? 'live' : 'connecting'),
      since: view?.since ?? startedAt,
      socketMode: view?.socketMode ?? null,
      reason: view?.reason ?? null,
      nextTryAt: view?.nextTryAt ?? null,
      attempt: view?.attempt ?? 0,
      notices: [...(view?.notices ?? []), ...pauseNotice()],
      counts: countsOf(counts),
      lastReject: lastReject(counts?.lastReject ?? null),
      refusedBodies: refusedBodies(name),
      redactions: { ...counts?.redactions },
      lastReceivedAt: counts?.lastReceivedAt ?? null,
    };
  }

  function refusedBodies(name: string): Record<string, number> {
    const own = deps.refusals().filter(({ source }) => source === name);
    return Object.fromEntries(own.map(({ reason, count }) => [reason, count]));
  }

  function pauseNotice(): string[] {
    const refusal = deps.disk.refusal();
    return refusal === null ? [] : [`Paused. ${refusal}`];
  }

  /** Programs that post to us: known by what the store has of them. */
  async function pushSources(): Promise<SourceDescription[]> {
    const configured = new Set(deps.sources().map(({ name }) => name));
    const organismOf = new Map(
      (await store.listOrganisms()).map(({ source, organismId }) => [source, organismId]),
    );
    return (await store.sourceCounts()).flatMap(({ source: name }) => {
      const organismId = organismOf.get(name) ?? name;
      // A source with a status was dialled by us in an earlier life.
      const isPull = configured.has(name) || organisms.card(organismId)?.sources.has(name);
      if (isPull === true) return [];
      const { kind, path: url } = deps.receivers.find((known) => known.kind === name) ?? GENERIC;
      return [{ name, kind, url, organismId }];
    });
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/sources',
      summary: 'Every source: its state, counts, last reject and redactions',
      query: z.object({}),
      answer: sourceListSchema,
      async handle() {
        const bySource = new Map((await store.sourceCounts()).map((row) => [row.source, row]));
        const sources = [...deps.sources(), ...(await pushSources())].map((source) =>
          sourceInfo(source, bySource.get(source.name)),
        );
        return { sources, count: sources.length };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/sources/{name}/rejects',
      summary: 'Inputs of one source that were refused, newest first',
      query: z.object(pageParams),
      answer: rejectListSchema,
      problems: [404],
      async handle({ params: { name: source = '' }, query: { limit, offset } }) {
        const known = [...deps.sources(), ...(await pushSources())];
        if (!known.some(({ name }) => name === source)) {
          throw new Problem('not-found', `Source not found: ${source}`);
        }
        const { rows, total } = await store.listRejects({ source, limit, offset });
        return { rejects: rows.map(reject), count: rows.length, total, offset, limit };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/commands',
      summary: 'Every command given through here, newest first',
      query: z.object(pageParams),
      answer: commandListSchema,
      async handle({ query: { limit, offset } }) {
        const { rows, total } = await store.listCommands({ limit, offset });
        const commands = rows.map(({ source: _source, body: _body, ...command }) => command);
        return { commands, count: rows.length, total, offset, limit };
      },
    }),
  ];
}

function countsOf(counts: SourceCounts | undefined): SourceInfo['counts'] {
  if (counts === undefined) return NO_COUNTS;
  const { received, accepted, duplicate, rejected } = counts;
  return { received, accepted, duplicate, rejected };
}

function lastReject(stored: StoredReject | null): SourceInfo['lastReject'] {
  if (stored === null) return null;
  const { reason, detail, receivedAt } = stored;
  return { reason, detail, receivedAt };
}

function reject({ id, source, reason, detail, sample, receivedAt }: StoredReject) {
  return { id, source, reason, detail, sample, receivedAt };
}
