import { isRecord } from '#organism/record.ts';
import { payloadText, wordsOf } from '#organism/search-words.ts';

/** What is searched: a message or an error, by its words and by what it is narrowed to. */
export type DocumentKind = 'message' | 'error';

/** Small keys of the store; 0 where the source named none. */
export interface DocumentFacts {
  readonly kind: DocumentKind;
  readonly organismId: number;
  readonly threadId: number;
  /** Both ends of a message; of an error who reported it. */
  readonly agentIds: readonly number[];
  /** Of a message. */
  readonly payloadTypeId: number;
}

/**
 * Begins a word that stands for a fact instead of a text. A private letter, which `wordsOf` never
 * yields: no text can pretend to be in another thread.
 */
const FACT = '\u{E000}';

/** The words that stand for facts, by which the index narrows a search without reading a row. */
export const FACT_WORDS = {
  /** Every document has it: kinds and organisms are never searched together. */
  home: (kind: DocumentKind, organismId: number) => `${FACT}${kind}${organismId}`,
  thread: (id: number) => `${FACT}thread${id}`,
  agent: (id: number) => `${FACT}agent${id}`,
  payloadType: (id: number) => `${FACT}type${id}`,
  severity: (severity: string) => `${FACT}severity${severity}`,
};

/** What of an event's stored body is searched. */
export interface SearchedBody {
  readonly text: string;
  /** Of an error. */
  readonly severity: string | null;
}

/** @param body of the journal; what cannot be read has no words */
export function readBody(kind: DocumentKind, body: string): SearchedBody {
  const fields = parseRecord(body);
  if (kind === 'message') return { text: payloadText(fields['payload']), severity: null };
  return { text: textOf(fields['text']), severity: textOf(fields['severity']) };
}

/** All words of a document, as the index takes them. */
export function documentWords(facts: DocumentFacts, body: SearchedBody): string {
  const { kind, organismId, threadId, agentIds, payloadTypeId } = facts;
  const words = wordsOf(body.text);
  words.add(FACT_WORDS.home(kind, organismId));
  if (threadId !== 0) words.add(FACT_WORDS.thread(threadId));
  for (const id of agentIds) if (id !== 0) words.add(FACT_WORDS.agent(id));
  if (kind === 'message') words.add(FACT_WORDS.payloadType(payloadTypeId));
  if (body.severity !== null) words.add(FACT_WORDS.severity(body.severity));
  return [...words].join(' ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function parseRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
