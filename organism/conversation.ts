import type { MessageInfo } from './agentserver/entities.ts';
import { parseInstant } from './instant.ts';

/**
 * What views may offer beside the rows as they came: exact repeats folded, and threads that an
 * upstream opened for single hops linked into one conversation. Pure, and each switchable alone.
 */

export interface ConversationMessage {
  readonly id: string;
  readonly threadId: string;
  readonly from: string;
  readonly to: string;
  readonly payloadType: string;
  readonly payload: unknown;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
}

/** A message as REST gives it, with its time read. A time nobody can read sorts first. */
export function toConversationMessage<T extends MessageInfo>(
  message: T,
): T & { readonly occurredAt: number; readonly payload: unknown } {
  return { ...message, occurredAt: parseInstant(message.timestamp) ?? 0 };
}

/** The real AgentServer records a hop when it is sent and again when it is received. */
export const REPEAT_WINDOW_MS = 2000;

export interface FoldedMessage<T extends ConversationMessage> {
  /** The first of them. */
  readonly message: T;
  /** How often it was recorded: 1 for a message without repeats. */
  readonly repeats: number;
  /** Ids of the later records, in order. */
  readonly foldedIds: readonly string[];
}

/**
 * Folds exact repeats: the same thread, ends, payload type and payload (whatever the order of its
 * keys) within 2 s of the first record become one row. Nothing else is ever folded.
 * @param mostRecords records one row may stand for, all by default: with 2, a hop that was sent and
 * received stays apart from the same words said again at once
 * @returns rows oldest first
 */
export function foldRepeats<T extends ConversationMessage>(
  messages: readonly T[],
  mostRecords: number = Number.POSITIVE_INFINITY,
): FoldedMessage<T>[] {
  type Row = { message: T; repeats: number; foldedIds: string[]; payloadText: () => string };
  const rows: Row[] = [];
  const latest = new Map<string, Row[]>();
  for (const message of oldestFirst(messages)) {
    const { threadId, from, to, payloadType, occurredAt } = message;
    const key = JSON.stringify([threadId, from, to, payloadType]);
    const recent = (latest.get(key) ?? []).filter(
      (row) => occurredAt - row.message.occurredAt <= REPEAT_WINDOW_MS,
    );
    const payloadText = once(() => canonicalJson(message.payload));
    const first = recent.find(
      (row) => row.repeats < mostRecords && row.payloadText() === payloadText(),
    );
    if (first === undefined) {
      const row: Row = { message, repeats: 1, foldedIds: [], payloadText };
      rows.push(row);
      recent.push(row);
    } else {
      first.repeats += 1;
      first.foldedIds.push(message.id);
    }
    latest.set(key, recent);
  }
  return rows.map(({ message, repeats, foldedIds }) => ({ message, repeats, foldedIds }));
}

/** Most messages have no neighbour to be compared with: their payloads are never written out. */
function once(write: () => string): () => string {
  let text: string | null = null;
  return () => (text ??= write());
}

/** Oldest first; messages of one instant in the order of their slots, then as given. */
export function oldestFirst<T extends ConversationMessage>(messages: readonly T[]): T[] {
  return messages.toSorted((a, b) => a.occurredAt - b.occurredAt || slotOf(a) - slotOf(b));
}

function slotOf(message: ConversationMessage): number {
  return 'slotIndex' in message && typeof message.slotIndex === 'number' ? message.slotIndex : 0;
}

/** JSON with the keys of every object sorted: equal for equal values. */
export function canonicalJson(value: unknown): string {
  const text: string | undefined = JSON.stringify(value, (_key, nested: unknown) =>
    typeof nested === 'object' && nested !== null && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
      : nested,
  );
  return text ?? '';
}
