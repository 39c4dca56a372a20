import type { MessageItem } from './message-item.ts';

/** Null or empty lets everything through. */
export interface MessageFilter {
  /** Sender or receiver. */
  readonly agent: string | null;
  readonly payloadType: string | null;
  readonly thread: string | null;
  /** Part of the payload, letters in either case. */
  readonly text: string;
}

export const NO_FILTER: MessageFilter = { agent: null, payloadType: null, thread: null, text: '' };

/** The server's rule for stored messages, applied to those that arrive. */
export function matchesFilter(message: MessageItem, filter: MessageFilter): boolean {
  const { agent, payloadType, thread, text } = filter;
  if (agent !== null && message.from !== agent && message.to !== agent) return false;
  if (payloadType !== null && message.payloadType !== payloadType) return false;
  if (thread !== null && message.threadId !== thread) return false;
  return text === '' || containsText(message.payload, text);
}

export function isFiltering(filter: MessageFilter): boolean {
  return filterKey(filter) !== filterKey(NO_FILTER);
}

/** Names the view a filter makes. */
export function filterKey({ agent, payloadType, thread, text }: MessageFilter): string {
  return JSON.stringify([agent, payloadType, thread, text]);
}

/** Looks in the JSON the store keeps, where quotes and line ends are escaped. */
function containsText(payload: unknown, text: string): boolean {
  const json = JSON.stringify(payload ?? null);
  const wanted = JSON.stringify(text).slice(1, -1);
  return json.toLowerCase().includes(wanted.toLowerCase());
}
