import { z } from 'zod';

import { MINUTE_MS } from '#organism/durations.ts';
import { tokenClassesSchema } from '#organism/token-classes.ts';

import { organismDraft } from '../drafts.ts';
import type { Failure } from '../polled-source.ts';
import { createPolledSource } from '../polled-source.ts';
import type { Source, SourceDeps } from '../source.ts';
import { createRejectMemory } from '../upstream/reject-memory.ts';
import { RestError, createRestClient } from '../upstream/rest-client.ts';
import { rejectOf } from '../upstream/rows.ts';
import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import { readByWeeks } from './backfill.ts';
import type { SessionRows, SessionThreads } from './bridge-reader.ts';
import { createBridgeReader } from './bridge-reader.ts';
import { createBudgetReader } from './budget-reader.ts';
import { invocationErrors } from './interceptions.ts';
import { isUnlicensedAnswer } from './licence.ts';
import { createPeople } from './people.ts';
import { summaryId, threadsOf } from './shared-session.ts';
import { detailDrafts, isSettled, sessionKey } from './to-drafts.ts';
import type { WireDetail, WireSession } from './wire.ts';

export interface CoderConfig {
  readonly name: string;
  /** The deployment, without the API's path. */
  readonly url: string;
  /** A user's API token; its role decides whose sessions are seen. */
  readonly apiKey?: string | undefined;
  readonly organismId: string;
  readonly pollMs?: number | undefined;
}

const POLL_MS = 30_000;
/** Requests in flight are hidden, so rows appear late: reading goes back this far. */
const OVERLAP_MS = 15 * MINUTE_MS;
/** Money moves slowly, and each person is a question of its own. */
const BUDGETS_MS = 60_000;
/** Asking again sooner will not buy a licence. */
const UNLICENSED_MS = 10 * MINUTE_MS;
/**
 * Of a thread, as it is kept; older builds did not know how long caches are kept, nor note the session
 * it was told under.
 */
const totalSchema = tokenClassesSchema.extend({
  cacheWrite1h: z.number().default(0),
  session: z.string().optional(),
});
type KeptTotal = z.infer<typeof totalSchema>;
const WATERMARK = 'watermark';
const BACKFILL = 'backfill';

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
  const bridge = createBridgeReader(client);
  const isNew = createRejectMemory();
  let hasIntroduced = false;
  let canNotSearch = false;
  const budgets = createBudgetReader({
    get: (path, query) => client.get(path, query),
    now: deps.now,
  });
  const people = createPeople(deps);
  let budgetsReadAt = -Infinity;
  let hasInterceptions = true;

  /** Null: this session cannot be read, which must not keep the others from being. */
  async function readThreads(session: WireSession): Promise<SessionThreads | null> {
    try {
      return await bridge.threads(session);
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
    const read = await readNew(isStopped);
    if (read === null) return;
    await take(read, isStopped, ({ last_active_at: at }) => ({ [WATERMARK]: String(at ?? 0) }));
    if (!isStopped()) await readErrors();
    if (!isStopped() && deps.elapsed() - budgetsReadAt >= BUDGETS_MS) await readBudgets();
  }

  /** What may have changed since the last reading; null: the first one was stopped on its way. */
  async function readNew(isStopped: () => boolean): Promise<SessionRows | null> {
    const watermark = await deps.getCursor(WATERMARK);
    if (watermark === null && !canNotSearch) {
      const saved = await deps.getCursor(BACKFILL);
      const first = saved === null ? await bridge.sessions({ maxPages: 1 }) : null;
      if (first?.hasMore === false) return first;
      if (!(await backfill(saved, isStopped))) return null;
    }
    const since = Number((await deps.getCursor(WATERMARK)) ?? 0) - OVERLAP_MS;
    return bridge.sessions({ since });
  }

  /** @returns whether it came to its end */
  async function backfill(saved: string | null, isStopped: () => boolean): Promise<boolean> {
    let watermark = 0;
    const outcome = await readByWeeks({
      bridge,
      now: deps.now,
      isStopped,
      saved,
      async take(read, progress) {
        await take(read, isStopped, () => ({}));
        ({ watermark } = progress);
        const cursors = { [BACKFILL]: JSON.stringify(progress) };
        if (!isStopped()) await deps.deliver({ drafts: [], cursors });
      },
    });
    if (outcome === 'done') {
      await deps.deliver({ drafts: [], cursors: { [WATERMARK]: String(watermark) } });
    }
    canNotSearch = outcome === 'not offered';
    return outcome !== 'stopped';
  }

  /** Oldest first: a stop in the middle goes on where it was. */
  async function take(
    { rows, rejects }: SessionRows,
    isStopped: () => boolean,
    cursorsAfter: (session: WireSession) => Record<string, string>,
  ): Promise<void> {
    const unheard = rejects.filter(isNew);
    if (unheard.length > 0) await deps.deliver({ drafts: [], rejects: unheard });
    if (!hasIntroduced) {
      await deps.deliver({ drafts: [organismDraft(organismId, deps.now(), [['url', url.shown]])] });
      hasIntroduced = true;
    }
    for (const session of rows.toReversed()) {
      if (isStopped()) return;
      await people.meet(session.initiator);
      await syncSession(session, rows, cursorsAfter(session));
    }
  }

  async function readBudgets(): Promise<void> {
    const drafts = await budgets.read(people.recent());
    budgetsReadAt = deps.elapsed();
    if (drafts.length > 0) await deps.deliver({ drafts });
  }

  /** Newer deployments no longer have the list. */
  async function readErrors(): Promise<void> {
    if (!hasInterceptions) return;
    try {
      const drafts = invocationErrors(await bridge.interceptions(), people, deps.now());
      if (drafts.length > 0) await deps.deliver({ drafts });
    } catch (error) {
      const isGone = error instanceof RestError && [403, 404, 405, 410].includes(error.status ?? 0);
      if (!isGone) throw error;
      hasInterceptions = false;
    }
  }

  async function syncSession(
    session: WireSession,
    all: readonly WireSession[],
    cursorsAfter: Record<string, string>,
  ): Promise<void> {
    const cursor = `session:${sessionKey(session)}`;
    const { ended_at: endedAt, threads, token_usage_summary: totals } = session;
    // Read once more when its last thread counts as ended.
    const signature = JSON.stringify([endedAt, threads, totals, isSettled(endedAt, deps.now())]);
    const before = await deps.getCursor(cursor);
    if (before === signature) return;
    const found = await readThreads(session);
    if (found === null) return;
    const { rejects } = found;
    const rows = await namesakesOf(session, found, all);
    const kept = await readKept(session, found);
    const named = { id: session.id, initiator: found.initiator ?? session.initiator };
    const asSum = kept.has(summaryId(session));
    const told = {
      asSum,
      asThreads: before !== null && !asSum,
      under: (id: string) => (kept.has(id) ? (kept.get(id)?.session ?? sessionKey(named)) : null),
    };
    const own = threadsOf(session, found, { rows, told });
    if (own === null) return;
    const initiator = { ...session.initiator, username: people.nameOf(session.initiator) };
    const detail: WireDetail = { ...session, initiator, threads: own };
    const reading = detailDrafts(detail, kept, deps.now());
    const read = Object.fromEntries(
      [...reading.totals].map(([id, total]) => [
        `thread:${id}`,
        JSON.stringify({ ...total, session: sessionKey(session) }),
      ]),
    );
    await deps.deliver({
      drafts: reading.drafts,
      rejects: rejects.filter(isNew),
      cursors: { ...read, ...cursorsAfter, [cursor]: signature },
    });
  }

  /** Rows with the id of this one; the list may have been read in part. */
  async function namesakesOf(
    { id, initiator }: WireSession,
    found: SessionThreads,
    all: readonly WireSession[],
  ): Promise<readonly WireSession[]> {
    const listed = all.filter((row) => row.id === id);
    const named = found.initiator?.id ?? initiator.id;
    if (listed.some((row) => row.initiator.id === named)) return listed;
    try {
      return await bridge.namesakes(id);
    } catch (error) {
      if (error instanceof RestError && error.status === 400) return listed;
      throw error;
    }
  }

  /** What is kept of its threads, by their ids. */
  async function readKept(
    session: WireSession,
    { rows }: SessionThreads,
  ): Promise<Map<string, KeptTotal>> {
    const kept = new Map<string, KeptTotal>();
    for (const id of [...rows.map((thread) => thread.id), summaryId(session)]) {
      const saved = await deps.getCursor(`thread:${id}`);
      if (saved !== null) kept.set(id, totalSchema.parse(JSON.parse(saved)));
    }
    return kept;
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
  const isUnlicensed = error instanceof RestError && isUnlicensedAnswer(error);
  if (!isUnlicensed) {
    const asked = error instanceof RestError ? (error.retryAfterMs ?? 0) : 0;
    return { reason: describe(error), ...(asked > 0 ? { waitMs: asked } : {}) };
  }
  const reason = 'this deployment has no AI Bridge, a Premium feature of Coder';
  return { reason, waitMs: UNLICENSED_MS, state: 'unlicensed' };
}

function describe(error: unknown): string {
  if (error instanceof RestError && error.status === 401) return 'the token is not valid (401)';
  if (error instanceof z.ZodError) return `an answer had another shape: ${z.prettifyError(error)}`;
  return error instanceof Error ? error.message : String(error);
}
