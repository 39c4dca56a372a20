'use client';

import type { MessageRow } from '#organism/api/resources.ts';
import { messageRowListSchema } from '#organism/api/resources.ts';

import { useOrganismId } from './use-organism-id.ts';
import { type PagedResource, usePaged } from './use-paged.ts';

export interface MessageQuery {
  /** Sender or receiver. */
  readonly agent?: string | null | undefined;
  /** Messages of any of these threads. */
  readonly threads?: readonly string[] | undefined;
  readonly payloadType?: string | null | undefined;
  readonly q?: string | null | undefined;
  /** Newest first by default. */
  readonly order?: 'newest' | 'oldest' | undefined;
  /** True reads each page once: for the past below a list that the live picture keeps current. */
  readonly isPast?: boolean | undefined;
  /** False waits: while the threads of a conversation are not known yet. */
  readonly enabled?: boolean | undefined;
}

/**
 * Stored messages by their place in the journal: pages stay put while new ones arrive. For the
 * newest ones live, read `recentMessages` of the live picture.
 */
export function useMessages(query: MessageQuery = {}): PagedResource<MessageRow> {
  const organism = useOrganismId();
  const isOldestFirst = query.order === 'oldest';
  return usePaged({
    schema: messageRowListSchema,
    path: '/messages',
    params: {
      organism,
      agent: query.agent,
      thread: query.threads,
      payload_type: query.payloadType,
      q: query.q,
      order: isOldestFirst ? 'asc' : 'desc',
    },
    rowsOf: (page) => page.messages,
    totalOf: (page) => page.total,
    isAtLeast: (page) => page.totalIsAtLeast === true,
    nextOf: (page) => {
      const seq = page.messages.at(-1)?.seq;
      if (seq === undefined || page.messages.length < page.limit) return null;
      return isOldestFirst ? { after_seq: seq } : { before_seq: seq };
    },
    refreshMs: query.isPast === true ? null : 5000,
    enabled: query.enabled,
  });
}
