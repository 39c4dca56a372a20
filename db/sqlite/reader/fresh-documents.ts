import type { Place } from '#db/store.ts';
import { foldText, matchesSearch, wordsOf } from '#organism/search-words.ts';

import { NO_BODY } from '../pruned-body.ts';
import type { DocumentKind } from '../search/document.ts';
import { readBody } from '../search/document.ts';
import type { Param, Statements } from './statements.ts';
import type { DocumentQuery } from './word-match.ts';

export const DOCUMENT_TABLES: Readonly<Record<DocumentKind, string>> = {
  message: 'messages',
  error: 'errors',
};

interface FreshRow extends Place {
  readonly body: string;
}

/**
 * Documents that came behind the index, or were amended there, read one by one: there are few, unless
 * the store is very busy.
 * @param position up to where the index has everything; 0: there is none
 */
export function findFresh(statements: Statements, query: DocumentQuery, position: number): Place[] {
  const { kind, words, severity } = query;
  const needsBody = words.length > 0 || severity !== undefined;
  const { where, params } = freshConditions(query, position);
  const rows = statements.all<FreshRow>(
    `SELECT m.seq AS id, m.occurred_at AS value, ${needsBody ? BODIES[kind] : "'' AS body"}
     FROM ${DOCUMENT_TABLES[kind]} m ${needsBody ? BODY_JOINS[kind] : ''}
     WHERE m.seq > ? ${where}`,
    [position, ...params],
  );
  if (kind === 'message' && needsBody && position > 0) {
    rows.push(
      ...statements.all<FreshRow>(`${AMENDED_SQL} ${where}`, [position, position, ...params]),
    );
  }
  const isMatch = ({ body }: FreshRow): boolean => !needsBody || holds(query, body);
  return rows.filter(isMatch).map(({ id, value }) => ({ id, value }));
}

/** Of a message the newest telling that is still kept. */
const BODIES: Readonly<Record<DocumentKind, string>> = {
  message: `coalesce(nullif(n.body, '${NO_BODY}'), j.body) AS body`,
  error: 'j.body',
};
const BODY_JOINS: Readonly<Record<DocumentKind, string>> = {
  message: `JOIN journal j ON j.seq = m.seq LEFT JOIN amended_messages a ON a.seq = m.seq
    LEFT JOIN journal n ON n.seq = a.by_seq`,
  error: 'JOIN journal j ON j.seq = m.seq',
};
/** The index has them with an earlier text. */
const AMENDED_SQL = `SELECT m.seq AS id, m.occurred_at AS value, n.body
  FROM amended_messages a CROSS JOIN messages m ON m.seq = a.seq JOIN journal n ON n.seq = a.by_seq
  WHERE a.by_seq > ? AND a.seq <= ?`;

function freshConditions(
  query: DocumentQuery,
  position: number,
): { where: string; params: Param[] } {
  // A plus keeps SQLite from reading a whole index by these, where few rows lie behind the position.
  const plus = position === 0 ? '' : '+';
  const where = [`${plus}m.organism_id = ?`];
  const params: Param[] = [query.organismId];
  const { threadIds, agentId, payloadTypeId } = query;
  if (threadIds !== undefined) {
    where.push(`${plus}m.thread_id IN (${threadIds.map(() => '?').join(', ')})`);
    params.push(...threadIds);
  }
  if (agentId !== undefined) {
    const ends = query.kind === 'message' ? ['m.from_id', 'm.to_id'] : ['m.agent_id'];
    where.push(`(${ends.map((end) => `${plus}${end} = ?`).join(' OR ')})`);
    params.push(...ends.map(() => agentId));
  }
  if (payloadTypeId !== undefined) {
    where.push('m.payload_type_id = ?');
    params.push(payloadTypeId);
  }
  return { where: `AND ${where.join(' AND ')}`, params };
}

/** Most bodies lack the letters of a word: they are passed over unread. */
function holds({ kind, words, severity }: DocumentQuery, body: string): boolean {
  const folded = foldText(body);
  if (!words.every(({ word }) => folded.includes(word))) return false;
  const read = readBody(kind, body);
  if (severity !== undefined && read.severity !== severity) return false;
  return words.length === 0 || matchesSearch(wordsOf(read.text), words);
}
