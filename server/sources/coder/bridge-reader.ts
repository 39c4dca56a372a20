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
  /** @param since epoch milliseconds of last activity: reading ends behind it */
  sessions(since: number): Promise<Rows<WireSession>>;
  threads(session: WireSession): Promise<SessionThreads>;
  /** The deprecated list of single requests. */
  interceptions(): Promise<unknown>;
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
    limit: number,
    cursor: Record<string, string>,
  ): Promise<unknown> {
    try {
      return await get(path, { limit, ...cursor });
    } catch (error) {
      const isLost = Object.keys(cursor).length > 0 && error instanceof RestError;
      if (isLost && error.status === 400) return null;
      throw error;
    }
  }

  return {
    /** Newest first; rows may move between pages, so each is seen by its key once. */
    async sessions(since) {
      const sessions = new Map<string, WireSession>();
      const rejects: UnreadableInput[] = [];
      let after: string | null = null;
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const cursor: Record<string, string> = after === null ? {} : { after_session_id: after };
        const answer = await getPage('/sessions', PAGE_SESSIONS, cursor);
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
        if (last === undefined || page.length < PAGE_SESSIONS || isOld) break;
        after = last.id;
      }
      return { rows: [...sessions.values()], rejects };
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
        const answer = await getPage(path, PAGE_THREADS, cursor);
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
