import { matchesSearch, parseSearch, payloadText, wordsOf } from '#organism/search-words.ts';

import type { MessageItem } from './message-item.ts';

/** Null or empty lets everything through. */
export interface MessageFilter {
  /** Sender or receiver. */
  readonly agent: string | null;
  readonly payloadType: string | null;
  readonly thread: string | null;
  /** Words of the payload; the last may be begun. */
  readonly text: string;
}

export const NO_FILTER: MessageFilter = { agent: null, payloadType: null, thread: null, text: '' };

/** The server's rule for stored messages, applied to those that arrive. */
export function matchesFilter(message: MessageItem, filter: MessageFilter): boolean {
  const { agent, payloadType, thread, text } = filter;
  if (agent !== null && message.from !== agent && message.to !== agent) return false;
  if (payloadType !== null && message.payloadType !== payloadType) return false;
  if (thread !== null && message.threadId !== thread) return false;
  return text === '' || matchesSearch(wordsOf(payloadText(message.payload)), parseSearch(text));
}

export function isFiltering(filter: MessageFilter): boolean {
  return filterKey(filter) !== filterKey(NO_FILTER);
}

/** Names the view a filter makes. */
export function filterKey({ agent, payloadType, thread, text }: MessageFilter): string {
  return JSON.stringify([agent, payloadType, thread, text]);
}
