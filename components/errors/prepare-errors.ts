import type { ErrorList } from '#organism/api/resources.ts';
import type { EventOf } from '#organism/event.ts';
import { parseInstant } from '#organism/instant.ts';
import { matchesSearch, parseSearch, wordsOf } from '#organism/search-words.ts';

export const SEVERITIES = ['fatal', 'error', 'warning'] as const;
type Severity = (typeof SEVERITIES)[number];

export interface ErrorRow {
  readonly seq: number;
  /** Epoch milliseconds of the source's clock; null when it sent no readable time. */
  readonly at: number | null;
  readonly agent: string | null;
  readonly threadId: string | null;
  readonly text: string;
  /** One of SEVERITIES, or a newer word. */
  readonly severity: string;
}

export interface ErrorFilter {
  readonly agent: string | null;
  readonly thread: string | null;
  /** Words of the text; the last may be begun. */
  readonly text: string;
  readonly severity: Severity | null;
}

/** The live errors over the stored pages, each once, newest first. */
export function mergeErrors(
  live: readonly EventOf<'error'>[],
  stored: readonly ErrorList['errors'][number][],
): ErrorRow[] {
  const rows = new Map<number, ErrorRow>();
  for (const { seq, threadId, agent, error: text, severity, timestamp } of stored) {
    rows.set(seq, { seq, at: parseInstant(timestamp), agent, threadId, text, severity });
  }
  for (const { seq, occurredAt: at, agent, threadId, text, severity } of live) {
    rows.set(seq, { seq, at, agent, threadId, text, severity });
  }
  return [...rows.values()].sort((a, b) => (b.at ?? 0) - (a.at ?? 0) || b.seq - a.seq);
}

export function filterErrors(rows: readonly ErrorRow[], filter: ErrorFilter): ErrorRow[] {
  const wanted = filter.text.trim() === '' ? null : parseSearch(filter.text);
  return rows.filter(
    (row) =>
      (filter.agent === null || row.agent === filter.agent) &&
      (filter.thread === null || row.threadId === filter.thread) &&
      (filter.severity === null || row.severity === filter.severity) &&
      (wanted === null || matchesSearch(wordsOf(row.text), wanted)),
  );
}

/** Worst first when descending; a word this build does not know comes last. */
export function severityRank(severity: string): number {
  const place = SEVERITIES.findIndex((known) => known === severity);
  return place === -1 ? 0 : SEVERITIES.length - place;
}
