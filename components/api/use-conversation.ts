'use client';

import { useQuery } from '@tanstack/react-query';

import type { MessageRow } from '#organism/api/resources.ts';
import { messageRowListSchema } from '#organism/api/resources.ts';
import { toConversationMessage } from '#organism/conversation.ts';
import { type Conversation, conversationOf, linkHops } from '#organism/link-hops.ts';

import { type ApiError, getJson, type QueryParams } from './api-client.ts';
import { useOrganismId } from './use-organism-id.ts';
import { resourceKey, shouldRetry } from './use-resource.ts';

const PAGE_ROWS = 100;
/** How much of the organism's talk around the thread's first message is looked at for its links. */
const MESSAGES_BEFORE = 300;
const MESSAGES_AFTER = 700;
/** Threads of one conversation that are asked for at once; the server takes 200. */
export const MAX_LINKED_THREADS = 100;
/** Messages before those, of the same threads, so that each thread is known from its beginning. */
const MESSAGES_EARLIER = 500;
/** Threads named in one request; the server takes 200. */
const MAX_ASKED_THREADS = 200;
const REFRESH_MS = 15_000;

export interface FoundConversation {
  /** Undefined until known. */
  readonly conversation: Conversation | undefined;
  /** Messages that were looked at for links. */
  readonly lookedAt: number;
  readonly error: ApiError | null;
}

/**
 * The conversation a thread belongs to, by the messages of the organism around its first one.
 * @param declared parents that sources named, by child
 */
export function useConversation(
  threadId: string,
  declared: ReadonlyMap<string, string>,
): FoundConversation {
  const organism = useOrganismId();
  const query = useQuery<readonly MessageRow[], ApiError>({
    queryKey: [...resourceKey('/messages', { organism, thread: threadId }), 'around'],
    queryFn: ({ signal }) => readAround({ organism, threadId, signal }),
    refetchInterval: REFRESH_MS,
    networkMode: 'always',
    retry: shouldRetry,
  });
  const messages = query.data?.map(toConversationMessage);
  return {
    conversation:
      messages === undefined
        ? undefined
        : conversationOf(threadId, linkHops(messages, { declared })),
    lookedAt: messages?.length ?? 0,
    error: query.error,
  };
}

type Around = { organism: string | null; threadId: string; signal: AbortSignal };
type Read = (params: QueryParams) => Promise<MessageRow[]>;

async function readAround({ organism, threadId, signal }: Around): Promise<MessageRow[]> {
  const read: Read = async (params) => {
    const page = await getJson(messageRowListSchema, '/messages', {
      params: { organism, limit: PAGE_ROWS, ...params },
      signal,
    });
    return page.messages;
  };
  const [first] = await read({ thread: threadId, order: 'asc', limit: 1 });
  const start = first?.seq;
  if (start === undefined) return [];
  const before = await readPages(MESSAGES_BEFORE, (last) =>
    read({ order: 'desc', before_seq: last ?? start }),
  );
  const after = await readPages(MESSAGES_AFTER, (last) =>
    read({ order: 'asc', after_seq: last ?? start - 1 }),
  );
  return completeThreads([...before.rows, ...after.rows], before.rows.at(-1)?.seq ?? start, read);
}

/**
 * A thread whose beginning is missing would seem to begin with an answer. Its beginning is read too;
 * threads that began too long ago for that are left out.
 */
async function completeThreads(
  rows: readonly MessageRow[],
  start: number,
  read: Read,
): Promise<MessageRow[]> {
  const threads = [...new Set(rows.map((row) => row.threadId))].slice(0, MAX_ASKED_THREADS);
  const earlier = await readPages(MESSAGES_EARLIER, (last) =>
    read({ thread: threads, order: 'desc', before_seq: last ?? start }),
  );
  if (earlier.isComplete) return [...earlier.rows, ...rows];
  const cut = new Set(earlier.rows.map((row) => row.threadId));
  return rows.filter((row) => !cut.has(row.threadId));
}

async function readPages(
  maxRows: number,
  read: (lastSeq: number | undefined) => Promise<MessageRow[]>,
): Promise<{ rows: MessageRow[]; isComplete: boolean }> {
  const rows: MessageRow[] = [];
  while (rows.length < maxRows) {
    const page = await read(rows.at(-1)?.seq);
    rows.push(...page);
    if (page.length < PAGE_ROWS) return { rows, isComplete: true };
  }
  return { rows, isComplete: false };
}
