import type { Amendment } from '#components/live/live-store.ts';
import type { MessageRow } from '#organism/api/resources.ts';
import {
  type ConversationMessage,
  foldRepeats,
  oldestFirst,
  toConversationMessage,
} from '#organism/conversation.ts';
import type { EventOf } from '#organism/event.ts';

export type TimelineMessage = ConversationMessage & {
  /** Place in the journal; undefined only where an older server left it out. */
  readonly seq?: number | undefined;
  readonly slotIndex?: number | null | undefined;
  /** There was a payload, and it is no longer kept. */
  readonly payloadPruned?: true | undefined;
};

export type TimelineRow = {
  readonly key: string;
  readonly message: TimelineMessage;
  /** How often it was recorded. */
  readonly repeats: number;
};

/** A thread and those linked to it, itself first: what is asked for, and the order colours go by. */
export function withLinked(
  threadId: string,
  linked: readonly string[],
  mostThreads: number,
): readonly string[] {
  return [threadId, ...linked.filter((id) => id !== threadId)].slice(0, mostThreads);
}

/** A hop is recorded when sent and when received: more are words said again. */
const RECORDS_PER_HOP = 2;

/** Rows of the timeline, oldest first: the stored messages, then what the live picture has beyond them. */
export function prepareTimeline(input: {
  readonly stored: readonly MessageRow[];
  readonly live: readonly EventOf<'message'>[];
  /** What was told again of any message since it was read. */
  readonly amendments: readonly Amendment[];
  readonly isFolding: boolean;
}): TimelineRow[] {
  // A message may have been amended since it was read.
  const amended = new Map([
    ...input.live.map(({ seq, payload }) => [seq, payload] as const),
    ...input.amendments.map(({ amends, payload }) => [amends.seq, payload] as const),
  ]);
  const stored: TimelineMessage[] = input.stored.map((row) => {
    const message = toConversationMessage(row);
    const isLive = row.seq !== undefined && amended.has(row.seq);
    return isLive ? { ...message, payload: amended.get(row.seq ?? 0) } : message;
  });
  const known = new Set(stored.map((message) => message.id));
  const lastSeq = stored.at(-1)?.seq ?? 0;
  const newer = input.live.filter((message) => message.seq > lastSeq && !known.has(message.id));
  const messages = [...stored, ...newer];
  if (!input.isFolding) {
    return oldestFirst(messages).map((message) => ({ key: message.id, message, repeats: 1 }));
  }
  return foldRepeats(messages, RECORDS_PER_HOP).map(({ message, repeats }) => ({
    key: message.id,
    message,
    repeats,
  }));
}

/** Rows that came after the reader left the end. */
export function countNewerRows(rows: readonly TimelineRow[], seenSeq: number | null): number {
  if (seenSeq === null) return 0;
  return rows.filter(({ message }) => (message.seq ?? 0) > seenSeq).length;
}

export function newestSeqOf(rows: readonly TimelineRow[]): number {
  return rows.reduce((newest, { message }) => Math.max(newest, message.seq ?? 0), 0);
}

/** The row a link names: by journal position, or by the message's own id. */
export function findRowIndex(rows: readonly TimelineRow[], wanted: string): number {
  const seq = toSeq(wanted);
  return rows.findIndex(({ message }) =>
    seq === null ? message.id === wanted : message.seq === seq,
  );
}

export function messageRef(message: TimelineMessage): string {
  return message.seq === undefined ? message.id : String(message.seq);
}

/** @returns the journal position a reference names, or null when it is a message's id */
export function toSeq(reference: string): number | null {
  return /^\d{1,15}$/.test(reference) ? Number(reference) : null;
}
