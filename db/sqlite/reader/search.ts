import { z } from 'zod';

import type { SearchHit, Store } from '#db/store.ts';

import { likeAnywhere, likeInJson } from './like-pattern.ts';
import type { Lookups } from './lookups.ts';
import type { Statements } from './statements.ts';

/** Messages looked through, newest first: a search box must answer while one types. */
const MAX_SCANNED_MESSAGES = 200_000;
const MAX_DETAIL_CHARS = 200;

const payloadSchema = z.object({ payload: z.unknown() });

/** Agents, then threads, then messages that hold the text. */
export function search(
  { statements, lookups }: { statements: Statements; lookups: Lookups },
  { organismId, text, limit }: Parameters<Store['search']>[0],
): SearchHit[] {
  if (text === '') return [];
  const organisms = lookups.organismIds(organismId);
  const finders = [findAgents, findThreads, findMessages];
  const hits: SearchHit[] = [];
  for (const find of finders) {
    for (const organism of organisms) {
      if (hits.length >= limit) return hits;
      const found = find(statements, organism, text, limit - hits.length);
      const name = lookups.nameOf('organisms', organism) ?? '';
      hits.push(...found.map((hit) => ({ ...hit, organismId: name })));
    }
  }
  return hits;
}

type Found = Omit<SearchHit, 'organismId'>;

function findAgents(
  statements: Statements,
  organism: number,
  text: string,
  limit: number,
): Found[] {
  const pattern = likeAnywhere(text);
  const rows = statements.all<{ name: string; description: string }>(
    `SELECT name, description FROM agents WHERE organism_id = ?
       AND (name LIKE ? ESCAPE '\\' OR description LIKE ? ESCAPE '\\')
     ORDER BY last_activity DESC LIMIT ?`,
    [organism, pattern, pattern, limit],
  );
  return rows.map(({ name, description }) => ({
    kind: 'agent',
    id: name,
    title: name,
    detail: description.slice(0, MAX_DETAIL_CHARS),
  }));
}

function findThreads(
  statements: Statements,
  organism: number,
  text: string,
  limit: number,
): Found[] {
  const pattern = likeAnywhere(text);
  const rows = statements.all<{ name: string; status: string; error: string | null }>(
    `SELECT name, status, error FROM threads WHERE organism_id = ?
       AND (name LIKE ? ESCAPE '\\' OR error LIKE ? ESCAPE '\\')
     ORDER BY last_activity DESC LIMIT ?`,
    [organism, pattern, pattern, limit],
  );
  return rows.map(({ name, status, error }) => ({
    kind: 'thread',
    id: name,
    title: name,
    detail: error === null ? status : `${status}: ${error}`.slice(0, MAX_DETAIL_CHARS),
  }));
}

function findMessages(
  statements: Statements,
  organism: number,
  text: string,
  limit: number,
): Found[] {
  const pattern = likeInJson(text);
  const rows = statements.all<{
    seq: number;
    body: string;
    sender: string | null;
    receiver: string | null;
  }>(
    `SELECT j.seq, j.body, a.name AS sender, b.name AS receiver
     FROM (SELECT seq, from_id, to_id FROM messages WHERE organism_id = ?
       ORDER BY occurred_at DESC LIMIT ${MAX_SCANNED_MESSAGES}) m
     JOIN journal j ON j.seq = m.seq
     LEFT JOIN agents a ON a.id = m.from_id LEFT JOIN agents b ON b.id = m.to_id
     WHERE j.body LIKE ? ESCAPE '\\' AND (j.body -> '$.payload') LIKE ? ESCAPE '\\' LIMIT ?`,
    [organism, pattern, pattern, limit],
  );
  return rows.map(({ seq, body, sender, receiver }) => {
    const { payload } = payloadSchema.parse(JSON.parse(body));
    return {
      kind: 'message',
      id: String(seq),
      title: `${sender ?? '–'} → ${receiver ?? '–'}`,
      detail: excerpt(payload, text),
    };
  });
}

/** The payload around the first place the text was found. */
function excerpt(payload: unknown, text: string): string {
  const whole = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
  const at = whole.toLowerCase().indexOf(text.toLowerCase());
  const start = Math.max(0, at - MAX_DETAIL_CHARS / 4);
  return whole.slice(start, start + MAX_DETAIL_CHARS);
}
