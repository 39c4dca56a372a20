import { z } from 'zod';

import type { EventDraft } from '#organism/event.ts';

import { clip } from '../drafts.ts';
import type { UnreadableInput } from '../source.ts';
import type { Outbox } from '../upstream/outbox.ts';
import type { RejectMemory } from '../upstream/reject-memory.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import { readRows } from '../upstream/rows.ts';
import type { Cast } from './cast.ts';
import type { RunBook } from './run-book.ts';
import type { SessionTotals } from './session-drafts.ts';
import { sessionMessageDrafts, sessionTotals, sessionUsage } from './session-drafts.ts';
import type { HermesSession } from './wire.ts';
import { listSchema, sessionMessageSchema, sessionSchema } from './wire.ts';

/** Sessions that others started, read where the upstream offers them. */
export interface ForeignSessions {
  read(): Promise<void>;
}

export const SESSIONS_CURSOR = 'sessions';
const LIST_LIMIT = 200;
const PAGE_LIMIT = 200;
const MAX_PAGES = 10;
/** As many as one listing holds, a few times over; the coldest are forgotten and read again. */
const MAX_KNOWN = 1000;

interface Known {
  readonly mark: string;
  readonly lastId: number;
  readonly totals: SessionTotals | null;
}

const tokens = z.object({
  inputFresh: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  outputVisible: z.number(),
  reasoning: z.number(),
});
const savedSchema = z.record(
  z.string(),
  z.object({
    mark: z.string(),
    lastId: z.number(),
    totals: z.object({ tokens, costNanos: z.number().nullable() }).nullable(),
  }),
);

export function createForeignSessions(
  deps: {
    rest: RestClient;
    outbox: Outbox;
    cast: Cast;
    book: RunBook;
    agent: () => string;
    instance: () => string;
    isNew: RejectMemory;
    now: () => number;
  },
  cursor: string | null,
): ForeignSessions {
  const { rest, outbox, cast, book, now } = deps;
  const saved = cursor === null ? null : savedSchema.safeParse(JSON.parse(cursor));
  const known = new Map<string, Known>(Object.entries(saved?.success === true ? saved.data : {}));

  async function readList(): Promise<readonly HermesSession[]> {
    const body = await rest.get('/api/sessions', { limit: LIST_LIMIT, include_children: 'true' });
    const { rows, rejects } = readRows(listSchema.parse(body).data, sessionSchema, 'session');
    await outbox.add({ drafts: [], rejects: rejects.filter(deps.isNew) });
    return rows;
  }

  async function readSession(session: HermesSession): Promise<void> {
    const { id } = session;
    const before = known.get(id) ?? null;
    const totals = sessionTotals(session) ?? before?.totals ?? null;
    const mark = JSON.stringify([session.message_count, session.last_active, totals]);
    if (before?.mark === mark) return;
    const at = session.last_active ?? now();
    const page = await readMessages(id, before?.lastId ?? -1);
    const agent = deps.agent();
    const drafts: EventDraft[] = [
      ...cast.agent(agent, at),
      ...cast.thread(id, session.started_at ?? at),
      ...page.drafts,
    ];
    if (totals !== null) {
      const place = { session, totals, before: before?.totals ?? null, agent, at };
      const usage = sessionUsage({ ...place, instance: deps.instance() });
      if (usage !== null) drafts.push(usage);
    }
    drafts.push({
      type: 'thread_updated',
      key: `session:${id}:${mark}`.slice(0, 512),
      occurredAt: at,
      threadId: clip(id),
      status: 'active',
      lastActivity: at,
    });
    known.delete(id);
    known.set(id, { mark, lastId: page.lastId, totals });
    const [coldest] = known.keys();
    if (known.size > MAX_KNOWN && coldest !== undefined) known.delete(coldest);
    const cursors = { [SESSIONS_CURSOR]: JSON.stringify(Object.fromEntries(known)) };
    await outbox.add({ drafts, rejects: page.rejects, cursors });
  }

  /** Newest first, back to the last known message. */
  async function readMessages(sessionId: string, lastId: number) {
    const drafts: EventDraft[] = [];
    const rejects: UnreadableInput[] = [];
    let newest = lastId;
    let isKnownReached = false;
    for (let page = 0; page < MAX_PAGES && !isKnownReached; page += 1) {
      const query = { limit: PAGE_LIMIT, offset: page * PAGE_LIMIT };
      const path = `/api/sessions/${encodeURIComponent(sessionId)}/messages`;
      const rows = listSchema.parse(await rest.get(path, query)).data;
      const read = readRows(rows, sessionMessageSchema, `session ${sessionId}: message`);
      rejects.push(...read.rejects.filter(deps.isNew));
      for (const message of read.rows) {
        newest = Math.max(newest, message.id);
        if (message.id <= lastId) isKnownReached = true;
        else {
          const place = { sessionId, agent: deps.agent(), cast, now: now() };
          drafts.push(...sessionMessageDrafts(message, place));
        }
      }
      if (rows.length < PAGE_LIMIT) return { drafts, rejects, lastId: newest };
    }
    if (!isKnownReached) drafts.push(gap(sessionId, newest, now()));
    return { drafts, rejects, lastId: newest };
  }

  return {
    async read() {
      for (const session of await readList()) {
        if (!book.isOwn(session.id)) await readSession(session);
      }
    },
  };
}

function gap(sessionId: string, newest: number, at: number): EventDraft {
  const reason = `session ${sessionId}: more than ${MAX_PAGES * PAGE_LIMIT} messages were new at once`;
  const key = `session:${sessionId}:gap:${newest}`;
  return { type: 'gap', key, occurredAt: at, what: 'messages', from: null, to: at, reason };
}
