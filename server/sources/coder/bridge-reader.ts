import { formatInstant } from '#organism/instant.ts';

import type { UnreadableInput } from '../source.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import { RestError } from '../upstream/rest-client.ts';
import type { Rows } from '../upstream/rows.ts';
import { readRows } from '../upstream/rows.ts';
import { sessionKey } from './to-drafts.ts';
import type { WireInitiator, WireSession, WireThread } from './wire.ts';
import { sessionDetailSchema, sessionPageSchema, sessionSchema, threadSchema } from './wire.ts';

/** Reads the AI Bridge's lists, page by page, under whichever of its names the API has. */
export interface BridgeReader {
  sessions(query: SessionQuery): Promise<SessionRows>;
  /** When the one that was used longest ago was started; null: there is none, or it does not say. */
  oldestStart(): Promise<number | null>;
  /** All that have this id. */
  namesakes(id: string): Promise<readonly WireSession[]>;
  threads(session: WireSession): Promise<SessionThreads>;
  /** The deprecated list of single requests. */
  interceptions(): Promise<unknown>;
}

interface SessionQuery {
  /** Epoch milliseconds of last activity: reading ends behind it. */
  readonly since?: number | undefined;
  /** When they were started; absent: whenever. */
  readonly started?: StartWindow | undefined;
  /** Absent: to the end. */
  readonly maxPages?: number | undefined;
}

/** Epoch milliseconds; null: open. */
export interface StartWindow {
  readonly after: number | null;
  readonly before: number | null;
}

export interface SessionRows extends Rows<WireSession> {
  /** Whether pages were left to be read. */
  readonly hasMore: boolean;
}

export interface SessionThreads extends Rows<WireThread> {
  /** Whose session that is; null when the answer does not say. */
  readonly initiator: WireInitiator | null;
}

/** The first name of the API, then its later one. */
const PREFIXES = ['/api/v2/aibridge', '/api/v2/ai-gateway'] as const;
const PAGE_SESSIONS = 100;
const PAGE_THREADS = 200;
const MAX_PAGES = 1000;

export function createBridgeReader(client: Pick<RestClient, 'get'>): BridgeReader {
  let prefix: (typeof PREFIXES)[number] = PREFIXES[0];

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

  /** Null: the cursor names nothing any more. */
  async function getPage(
    path: string,
    query: Record<string, string | number>,
    cursor: Record<string, string>,
  ): Promise<unknown> {
    try {
      return await get(path, { ...query, ...cursor });
    } catch (error) {
      const isLost = Object.keys(cursor).length > 0 && error instanceof RestError;
      if (isLost && error.status === 400) return null;
      throw error;
    }
  }

  return {
    /** Newest first; rows may move between pages, so each is seen by its key once. */
    async sessions({ since = -Infinity, started, maxPages = MAX_PAGES }) {
      const sessions = new Map<string, WireSession>();
      const rejects: UnreadableInput[] = [];
      const search = started === undefined ? {} : { q: searchFor(started) };
      let after: string | null = null;
      let hasMore = true;
      for (let pages = 0; pages < maxPages; pages += 1) {
        const cursor: Record<string, string> = after === null ? {} : { after_session_id: after };
        const answer = await getPage('/sessions', { limit: PAGE_SESSIONS, ...search }, cursor);
        if (answer === null) {
          // Reading starts over.
          after = null;
          continue;
        }
        const page = sessionPageSchema.parse(answer).sessions;
        const read = readRows(page, sessionSchema, 'Coder session');
        rejects.push(...read.rejects);
        for (const session of read.rows) sessions.set(sessionKey(session), session);
        const last = read.rows.at(-1);
        const isOld = (last?.last_active_at ?? Infinity) < since;
        hasMore = last !== undefined && page.length === PAGE_SESSIONS && !isOld;
        if (last === undefined || !hasMore) break;
        after = last.id;
      }
      return { rows: [...sessions.values()], rejects, hasMore };
    },
    async oldestStart() {
      const { count } = sessionPageSchema.parse(await get('/sessions', { limit: 1 }));
      if (count == null || count < 1) return null;
      const last = await get('/sessions', { limit: 1, offset: count - 1 });
      const { rows } = readRows(sessionPageSchema.parse(last).sessions, sessionSchema, '');
      return rows[0]?.started_at ?? null;
    },
    async namesakes(id) {
      const search = { limit: PAGE_SESSIONS, q: `session_id:"${id.replaceAll('"', '')}"` };
      const page = sessionPageSchema.parse(await get('/sessions', search)).sessions;
      return readRows(page, sessionSchema, '').rows.filter((session) => session.id === id);
    },
    /** Up to an empty page, and each once: which way its pages go is not settled. */
    async threads({ id }) {
      const threads = new Map<string, WireThread>();
      const rejects: UnreadableInput[] = [];
      let initiator: WireInitiator | null = null;
      let after: string | null = null;
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const cursor: Record<string, string> = after === null ? {} : { after_id: after };
        const path = `/sessions/${encodeURIComponent(id)}`;
        const answer = await getPage(path, { limit: PAGE_THREADS }, cursor);
        if (answer === null) break;
        const page = sessionDetailSchema.parse(answer);
        initiator ??= page.initiator ?? null;
        const read = readRows(page.threads, threadSchema, 'Coder thread');
        rejects.push(...read.rejects);
        const fresh = read.rows.filter((thread) => !threads.has(thread.id));
        for (const thread of fresh) threads.set(thread.id, thread);
        if (fresh.length === 0) break;
        after = read.rows.at(-1)?.id ?? null;
      }
      return { rows: [...threads.values()], rejects, initiator };
    },
    interceptions: () => get('/interceptions', { limit: PAGE_SESSIONS }),
  };
}

/** Every value is quoted: bare words are refused. */
function searchFor({ after, before }: StartWindow): string {
  const terms = [
    ...(after === null ? [] : [`started_after:"${formatInstant(after)}"`]),
    ...(before === null ? [] : [`started_before:"${formatInstant(before)}"`]),
  ];
  return terms.join(' ');
}
