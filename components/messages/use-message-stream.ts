'use client';

import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';

import type { ApiError } from '#components/api/api-client.ts';
import { useMessages } from '#components/api/use-messages.ts';
import { useLiveContext } from '#components/live/live-context.tsx';
import { useAmendments } from '#components/live/use-paced-live.ts';

import { matchesFilter, type MessageFilter } from './message-filter.ts';
import { fromAmendment, fromRow, type MessageItem } from './message-item.ts';
import { createMessageLog, getEmptyLog } from './message-log.ts';
import { mergeStream } from './prepare-stream.ts';

export interface MessageStream {
  /** Newest first. Undefined until the store has answered. */
  readonly items: readonly MessageItem[] | undefined;
  readonly error: ApiError | null;
  readonly isFetching: boolean;
  readonly hasMore: boolean;
  /** Reads further into the past, unless that is under way or there is no more. */
  readonly loadMore: () => void;
  readonly retry: () => void;
}

/**
 * Messages that pass the filter: live ones on top of the stored ones, without a hole between them.
 * The filter is read once; give the component a `key` that names it.
 */
export function useMessageStream(filter: MessageFilter): MessageStream {
  const past = useMessages({
    agent: filter.agent,
    threads: filter.thread === null ? undefined : [filter.thread],
    payloadType: filter.payloadType,
    q: filter.text,
    isPast: true,
  });
  const live = useMessageLog(filter, past.refetch);
  const amended = useAmendments()
    .map(fromAmendment)
    .filter((message) => matchesFilter(message, filter));
  return {
    items:
      past.rows &&
      mergeStream({
        live,
        past: past.rows.map(fromRow),
        hasMorePast: past.hasNextPage,
        amended,
      }),
    error: past.error,
    isFetching: past.isPending || past.isFetchingNextPage,
    hasMore: past.hasNextPage,
    loadMore() {
      if (past.hasNextPage && !past.isFetchingNextPage) past.fetchNextPage();
    },
    retry: past.refetch,
  };
}

function useMessageLog(filter: MessageFilter, onBreak: () => void): readonly MessageItem[] {
  const { store } = useLiveContext();
  const [log] = useState(() =>
    createMessageLog({
      store,
      matches: (message) => matchesFilter(message, filter),
      setTimer(task, delayMs) {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
    }),
  );
  const tellBreak = useEffectEvent(onBreak);
  // External system: the live store.
  useEffect(() => {
    log.start(() => tellBreak());
    return () => log.stop();
  }, [log]);
  return useSyncExternalStore(log.subscribe, log.getSnapshot, getEmptyLog);
}
