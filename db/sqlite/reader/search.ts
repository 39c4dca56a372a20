import type { SearchHit, Store } from '#db/store.ts';
import type { SearchWord } from '#organism/search-words.ts';
import { foldText, parseSearch } from '#organism/search-words.ts';

import { readBody } from '../search/document.ts';
import { likeAnywhere } from './like-pattern.ts';
import type { Lookups } from './lookups.ts';
import type { Statements } from './statements.ts';
import { MAX_SORTED, findDocuments } from './text-search.ts';

const MAX_DETAIL_CHARS = 200;

/** Agents and threads with the text in their names, then messages with its words, newest first. */
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
  const words = parseSearch(text);
  if (words.length === 0) return [];
  const documents = { kind: 'message', organismId: organism, words } as const;
  const page = { direction: 'DESC', limit, offset: 0, bounds: [] } as const;
  return findDocuments(statements, documents, page, MAX_SORTED).places.flatMap(({ id }) => {
    const row = statements.get<{ body: string; sender: string | null; receiver: string | null }>(
      `SELECT j.body, a.name AS sender, b.name AS receiver
       FROM messages m JOIN journal j ON j.seq = m.seq
       LEFT JOIN agents a ON a.id = m.from_id LEFT JOIN agents b ON b.id = m.to_id
       WHERE m.seq = ?`,
      [id],
    );
    if (row === undefined) return [];
    return {
      kind: 'message' as const,
      id: String(id),
      title: `${row.sender ?? '–'} → ${row.receiver ?? '–'}`,
      detail: excerpt(readBody('message', row.body).text, words),
    };
  });
}

/** The text around the first place a word was found. */
function excerpt(text: string, words: readonly SearchWord[]): string {
  const folded = foldText(text);
  const places = words.map(({ word }) => folded.indexOf(word)).filter((at) => at >= 0);
  const start = Math.max(0, Math.min(...places) - MAX_DETAIL_CHARS / 4);
  return text.slice(start, start + MAX_DETAIL_CHARS);
}
