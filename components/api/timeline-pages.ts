import type { MessageRow } from '#organism/api/resources.ts';

import type { QueryParams } from './api-client.ts';

/** Where reading begins: the newest messages, the first ones, or those up to a journal position. */
export type TimelineAnchor = 'end' | 'start' | number;

/** A stretch of messages outwards from a journal position, itself excluded; null is the very end. */
export interface TimelineStretch {
  readonly toward: 'older' | 'newer';
  readonly from: number | null;
}

export interface TimelinePage {
  readonly stretch: TimelineStretch;
  /** Oldest first. */
  readonly rows: readonly MessageRow[];
  /** Messages in all, as the server counts them. */
  readonly total: number;
  /** A full page may have more behind it. */
  readonly isFull: boolean;
}

export function firstStretch(anchor: TimelineAnchor): TimelineStretch {
  if (anchor === 'start') return { toward: 'newer', from: null };
  return { toward: 'older', from: anchor === 'end' ? null : anchor + 1 };
}

export function stretchParams({ toward, from }: TimelineStretch): QueryParams {
  return toward === 'older'
    ? { order: 'desc', before_seq: from }
    : { order: 'asc', after_seq: from };
}

/** What lies before the first page; null when it holds the very first message. */
export function olderStretch(first: TimelinePage): TimelineStretch | null {
  const { toward, from } = first.stretch;
  const start = first.rows[0]?.seq;
  if (toward === 'older') {
    return first.isFull && start !== undefined ? { toward: 'older', from: start } : null;
  }
  return from === null ? null : { toward: 'older', from: from + 1 };
}

/** What lies after the last page: there may always be news. */
export function newerStretch(pages: readonly TimelinePage[]): TimelineStretch {
  const newest = pages.findLast((page) => page.rows.length > 0)?.rows.at(-1)?.seq;
  return { toward: 'newer', from: newest ?? endOf(pages.at(-1)?.stretch) };
}

/** The position up to which an empty stretch is known to hold nothing. */
function endOf(stretch: TimelineStretch | undefined): number {
  const from = stretch?.from ?? 0;
  return stretch?.toward === 'older' ? Math.max(0, from - 1) : from;
}

/** Whether the last page ended at the newest message there was. */
export function reachesPresent(last: TimelinePage): boolean {
  const { toward, from } = last.stretch;
  return toward === 'newer' ? !last.isFull : from === null;
}
