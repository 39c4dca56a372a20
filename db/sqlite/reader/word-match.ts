import type { SearchWord } from '#organism/search-words.ts';

import type { DocumentKind } from '../search/document.ts';
import { FACT_WORDS } from '../search/document.ts';
import { LISTED_LETTERS } from '../search/search-database.ts';
import type { Statements } from './statements.ts';

/** Messages or errors by their words and by what the index narrows to. */
export interface DocumentQuery {
  readonly kind: DocumentKind;
  readonly organismId: number;
  /** In any of these. */
  readonly threadIds?: readonly number[] | undefined;
  readonly agentId?: number | undefined;
  /** Of a message. */
  readonly payloadTypeId?: number | undefined;
  /** Of an error. */
  readonly severity?: string | undefined;
  /** All of them; empty: any text. */
  readonly words: readonly SearchWord[];
}

/**
 * In FTS5's language: all of these words. Quotes cannot be in a word.
 * @param statements an index must be there
 */
export function matchText(statements: Statements, query: DocumentQuery): string {
  const terms = query.words.map(({ word, isPrefix }) =>
    isPrefix ? anyOf(beginnings(statements, word)) : quote(word),
  );
  return [...terms, ...factTerms(query)].join(' AND ');
}

/** To be added to a match: in this thread. */
export function threadTerm(id: number): string {
  return quote(FACT_WORDS.thread(id));
}

function factTerms(query: DocumentQuery): string[] {
  const { kind, organismId, threadIds, agentId, payloadTypeId, severity } = query;
  const terms = [quote(FACT_WORDS.home(kind, organismId))];
  if (threadIds !== undefined) {
    terms.push(anyOf(threadIds.map(threadTerm)));
  }
  if (agentId !== undefined) terms.push(quote(FACT_WORDS.agent(agentId)));
  if (payloadTypeId !== undefined) terms.push(quote(FACT_WORDS.payloadType(payloadTypeId)));
  if (severity !== undefined) terms.push(quote(FACT_WORDS.severity(severity)));
  return terms;
}

/** Of one beginning, each looked up in some 20 microseconds; where there are more, FTS5 merges their lists. */
const MAX_TERMS = 500;
/** Between a word and the next one: no word holds either letter. */
const FIRST_LETTER = '\u{1}';
const LAST_LETTER = '\u{10FFFF}';

/**
 * Terms that together find the words with this beginning. Of a beginning that the index keeps no list
 * for, FTS5 merges the lists of all its words before it yields one place; of whole words, and of the
 * beginnings it has lists for, it reads no further than asked.
 */
function beginnings(statements: Statements, beginning: string): readonly string[] {
  const letters = Array.from(beginning).length;
  if (letters === LISTED_LETTERS) return [startOf(beginning)];
  const terms: string[] = [];
  let from = beginning;
  for (;;) {
    const word = nextWord(statements, from);
    if (word?.startsWith(beginning) !== true)
      return terms.length === 0 ? [quote(beginning)] : terms;
    if (terms.length === MAX_TERMS) return [startOf(beginning)];
    const isListed = letters < LISTED_LETTERS && Array.from(word).length >= LISTED_LETTERS;
    const start = isListed ? Array.from(word).slice(0, LISTED_LETTERS).join('') : word;
    terms.push(isListed ? startOf(start) : quote(start));
    from = start + (isListed ? LAST_LETTER : FIRST_LETTER);
  }
}

/** The first word of the index that is not before this text. */
function nextWord(statements: Statements, from: string): string | undefined {
  const sql = 'SELECT term FROM search_words WHERE term >= ? ORDER BY term LIMIT 1';
  return statements.get<{ term: string }>(sql, [from])?.term;
}

function anyOf(terms: readonly string[]): string {
  return `(${terms.join(' OR ')})`;
}

function quote(word: string): string {
  return `"${word}"`;
}

function startOf(beginning: string): string {
  return `${quote(beginning)}*`;
}
