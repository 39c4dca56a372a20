import type { SearchHit, Store } from '#db/store.ts';
import type { SearchWord } from '#organism/search-words.ts';
import { foldText, parseSearch, payloadText } from '#organism/search-words.ts';

import { readPositions } from './event-queries.ts';
import { likeAnywhere } from './like-pattern.ts';
import type { Lookups } from './lookups.ts';
import type { Statements } from './statements.ts';
import { MAX_SORTED, findDocuments } from './text-search.ts';

const MAX_DETAIL_CHARS = 200;

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

/** Agents and threads with the text in their names, then messages with its words, newest first. */
export function search(
  deps: Deps,
  { organismId, text, limit }: Parameters<Store['search']>[0],
): SearchHit[] {
  if (text === '') return [];
  const { lookups } = deps;
  const organisms = lookups.organismIds(organismId);
  const finders = [findAgents, findThreads, findMessages];
  const hits: SearchHit[] = [];
  for (const find of finders) {
    for (const organism of organisms) {
      if (hits.length >= limit) return hits;
      const found = find(deps, organism, text, limit - hits.length);
      const name = lookups.nameOf('organisms', organism) ?? '';
      hits.push(...found.map((hit) => ({ ...hit, organismId: name })));
    }
  }
  return hits;
}

type Found = Omit<SearchHit, 'organismId'>;

function findAgents({ statements }: Deps, organism: number, text: string, limit: number): Found[] {
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

function findThreads({ statements }: Deps, organism: number, text: string, limit: number): Found[] {
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

function findMessages(deps: Deps, organism: number, text: string, limit: number): Found[] {
  const words = parseSearch(text);
  if (words.length === 0) return [];
  const documents = { kind: 'message', organismId: organism, words } as const;
  const page = { direction: 'DESC', limit, offset: 0, bounds: [] } as const;
  const { places } = findDocuments(deps.statements, documents, page, MAX_SORTED);
  const seqs = places.map(({ id }) => id);
  return readPositions(deps, 'message', seqs).map(({ seq, from, to, payload }) => ({
    kind: 'message',
    id: String(seq),
    title: `${from === '' ? NOBODY : from} → ${to === '' ? NOBODY : to}`,
    detail: excerpt(payloadText(payload), words),
  }));
}

const NOBODY = '–';

/** The text around the first place a word was found. */
function excerpt(text: string, words: readonly SearchWord[]): string {
  const folded = foldText(text);
  const places = words.map(({ word }) => folded.indexOf(word)).filter((at) => at >= 0);
  const start = Math.max(0, Math.min(...places) - MAX_DETAIL_CHARS / 4);
  return text.slice(start, start + MAX_DETAIL_CHARS);
}
