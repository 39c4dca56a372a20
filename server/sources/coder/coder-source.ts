import { z } from 'zod';

import { tokenClassesSchema } from '#organism/token-classes.ts';

import { organismDraft } from '../drafts.ts';
import type { Failure } from '../polled-source.ts';
import { createPolledSource } from '../polled-source.ts';
import type { Source, SourceDeps, UnreadableInput } from '../source.ts';
import { createRejectMemory } from '../upstream/reject-memory.ts';
import { RestError, createRestClient } from '../upstream/rest-client.ts';
import type { Rows } from '../upstream/rows.ts';
import { readRows, rejectOf } from '../upstream/rows.ts';
import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import { createBudgetReader } from './budget-reader.ts';
import { invocationErrors } from './interceptions.ts';
import type { ThreadTotal } from './to-drafts.ts';
import { detailDrafts, sessionKey } from './to-drafts.ts';
import type { WireDetail, WireSession, WireThread } from './wire.ts';
import { sessionDetailSchema, sessionPageSchema, sessionSchema, threadSchema } from './wire.ts';

export interface CoderConfig {
  readonly name: string;
  /** The deployment, without the API's path. */
  readonly url: string;
  /** A user's API token; its role decides whose sessions are seen. */
  readonly apiKey?: string | undefined;
  readonly organismId: string;
  readonly pollMs?: number | undefined;
}

/** The first name of the API, then its later one. */
const PREFIXES = ['/api/v2/aibridge', '/api/v2/ai-gateway'] as const;
const POLL_MS = 30_000;
const PAGE_SESSIONS = 100;
const PAGE_THREADS = 50;
const MAX_PAGES = 1000;
/** Requests in flight are hidden, so rows appear late: reading goes back this far. */
const OVERLAP_MS = 15 * 60_000;
/** Money moves slowly, and each person is a question of its own. */
const BUDGETS_MS = 60_000;
const MAX_PEOPLE = 500;
/** Asking again sooner will not buy a licence. */
const UNLICENSED_MS = 10 * 60_000;
const UNLICENSED = /premium feature/i;
/** Of a thread, as it is kept; older builds did not know how long caches are kept. */
const totalSchema = tokenClassesSchema.extend({ cacheWrite1h: z.number().default(0) });
const WATERMARK = 'watermark';

/**
 * Coder's AI Bridge: sessions are read again and again, newest first, back to where nothing has
 * changed; a session whose totals moved is read in full. Read only.
 * @throws AppError `invalid-setting` when the URL is not one a source may dial
 */
export function createCoderSource(config: CoderConfig, deps: SourceDeps): Source {
  const { name, organismId, apiKey } = config;
  const url = parseUpstreamUrl(config.url);
  const client = createRestClient({
    url,
    source: name,
    prefix: '',
    readingHeaders: apiKey === undefined ? {} : { 'coder-session-token': apiKey },
  });
  let prefix: (typeof PREFIXES)[number] = PREFIXES[0];
  const isNew = createRejectMemory();
  let hasIntroduced = false;
  const budgets = createBudgetReader({
    get: (path, query) => client.get(path, query),
    now: deps.now,
  });
  const people = new Map<string, string>();
  let budgetsReadAt = -Infinity;
  let hasInterceptions = true;

  async function get(path: string, query: Record<string, string | number>): Promise<unknown> {
    try {
      return await client.get(`${prefix}${path}`, query);
    } catch (error) {
      const isGone = error instanceof RestError && error.status === 404 && path === '/sessions';
      if (!isGone || prefix === PREFIXES[1]) throw error;
      prefix = PREFIXES[1];
      return client.get(`${prefix}${path}`, query);
    }
  }

  /** Pages of sessions, newest first; rows may move between pages, so each is seen by its key once. */
  async function readSessions(since: number): Promise<Rows<WireSession>> {
    const sessions = new Map<string, WireSession>();
    const rejects: UnreadableInput[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const page = await readSessionPage(after);
      if (page === null) after = null;
      else {
        const read = readRows(page, sessionSchema, 'Coder session');
        rejects.push(...read.rejects);
        for (const session of read.rows) sessions.set(sessionKey(session), session);
        const last = read.rows.at(-1);
        const isOld = (last?.last_active_at ?? Infinity) < since;
        if (last === undefined || page.length < PAGE_SESSIONS || isOld) break;
        after = last.id;
      }
    }
    return { rows: [...sessions.values()], rejects };
  }

  /** Null: the cursor names no session any more, and reading starts over. */
  async function readSessionPage(after: string | null): Promise<readonly unknown[] | null> {
    try {
      const cursor = after === null ? {} : { after_session_id: after };
      const answer = await get('/sessions', { limit: PAGE_SESSIONS, ...cursor });
      return sessionPageSchema.parse(answer).sessions;
    } catch (error) {
      if (after !== null && error instanceof RestError && error.status === 400) return null;
      throw error;
    }
  }

  async function readThreads(session: WireSession): Promise<Rows<WireThread>> {
    const threads = new Map<string, WireThread>();
    const rejects: UnreadableInput[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const cursor: Record<string, string> = after === null ? {} : { after_id: after };
      const path = `/sessions/${encodeURIComponent(session.id)}`;
      const page = sessionDetailSchema.parse(await get(path, { limit: PAGE_THREADS, ...cursor }));
      const read = readRows(page.threads, threadSchema, 'Coder thread');
      rejects.push(...read.rejects);
      const fresh = read.rows.filter((thread) => !threads.has(thread.id));
      for (const thread of fresh) threads.set(thread.id, thread);
      if (fresh.length === 0 || page.threads.length < PAGE_THREADS) break;
      after = read.rows.at(-1)?.id ?? null;
    }
    return { rows: [...threads.values()], rejects };
  }

  /** Null: this session cannot be read, which must not keep the others from being. */
  async function readReadableThreads(session: WireSession): Promise<Rows<WireThread> | null> {
    try {
      return await readThreads(session);
    } catch (error) {
      const isOfSession =
        error instanceof z.ZodError ||
        (error instanceof RestError && (error.code === 'unreadable' || error.status === 404));
      if (!isOfSession) throw error;
      const reject = rejectOf(`Coder session: ${describe(error)}`, session);
      if (isNew(reject)) await deps.deliver({ drafts: [], rejects: [reject] });
      return null;
    }
  }

  async function sync(isStopped: () => boolean): Promise<void> {
    const since = Number((await deps.getCursor(WATERMARK)) ?? 0) - OVERLAP_MS;
    const { rows: sessions, rejects } = await readSessions(since);
    const unheard = rejects.filter(isNew);
    if (unheard.length > 0) await deps.deliver({ drafts: [], rejects: unheard });
    if (!hasIntroduced) {
      await deps.deliver({ drafts: [organismDraft(organismId, deps.now(), [['url', url.shown]])] });
      hasIntroduced = true;
    }
    // Oldest first: a stop in the middle goes on where it was.
    for (const session of sessions.toReversed()) {
      if (isStopped()) return;
      await syncSession(session);
    }
    if (!isStopped()) await readErrors();
    if (!isStopped() && deps.elapsed() - budgetsReadAt >= BUDGETS_MS) await readBudgets(sessions);
  }

  async function readBudgets(sessions: readonly WireSession[]): Promise<void> {
    for (const { initiator } of sessions) {
      if (people.size < MAX_PEOPLE) people.set(initiator.id, initiator.username ?? initiator.id);
    }
    const drafts = await budgets.read(people);
    budgetsReadAt = deps.elapsed();
    if (drafts.length > 0) await deps.deliver({ drafts });
  }

  /** Newer deployments no longer have the list. */
  async function readErrors(): Promise<void> {
    if (!hasInterceptions) return;
    try {
      const answer = await get('/interceptions', { limit: PAGE_SESSIONS });
      const drafts = invocationErrors(answer, deps.now());
      if (drafts.length > 0) await deps.deliver({ drafts });
    } catch (error) {
      if (!(error instanceof RestError) || error.status === null || error.status >= 500)
        throw error;
      hasInterceptions = false;
    }
  }

  async function syncSession(session: WireSession): Promise<void> {
    const cursor = `session:${sessionKey(session)}`;
    const { ended_at: endedAt, threads, token_usage_summary: totals } = session;
    const signature = JSON.stringify([endedAt, threads, totals]);
    if ((await deps.getCursor(cursor)) === signature) return;
    const found = await readReadableThreads(session);
    if (found === null) return;
    const { rows, rejects } = found;
    const detail: WireDetail = { ...session, threads: rows };
    const baselines = await readBaselines(detail);
    const reading = detailDrafts(detail, baselines, deps.now());
    const read = Object.fromEntries(
      [...reading.totals].map(([id, total]) => [`thread:${id}`, JSON.stringify(total)]),
    );
    const watermark = { [WATERMARK]: String(session.last_active_at ?? 0) };
    await deps.deliver({
      drafts: reading.drafts,
      rejects: rejects.filter(isNew),
      cursors: { ...read, ...watermark, [cursor]: signature },
    });
  }

  async function readBaselines(detail: WireDetail): Promise<Map<string, ThreadTotal>> {
    const baselines = new Map<string, ThreadTotal>();
    for (const { id } of detail.threads) {
      const saved = await deps.getCursor(`thread:${id}`);
      if (saved !== null) baselines.set(id, totalSchema.parse(JSON.parse(saved)));
    }
    return baselines;
  }

  return createPolledSource(
    {
      description: { name, kind: 'coder', url: url.shown, organismId },
      intervalMs: config.pollMs ?? POLL_MS,
      read: sync,
      explain,
      notices: () => budgets.notices,
      close: () => client.close(),
      noCommands: 'Coder offers no commands',
    },
    deps,
  );
}

function explain(error: unknown): Failure {
  const isUnlicensed =
    error instanceof RestError && error.status === 403 && UNLICENSED.test(error.said);
  if (!isUnlicensed) return { reason: describe(error) };
  const reason = 'this deployment has no AI Bridge, a Premium feature of Coder';
  return { reason, waitMs: UNLICENSED_MS, state: 'unlicensed' };
}

function describe(error: unknown): string {
  if (error instanceof RestError && error.status === 401) return 'the token is not valid (401)';
  if (error instanceof z.ZodError) return `an answer had another shape: ${z.prettifyError(error)}`;
  return error instanceof Error ? error.message : String(error);
}
