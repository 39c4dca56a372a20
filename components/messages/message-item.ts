import type { Amendment } from '#components/live/live-store.ts';
import type { MessageRow } from '#organism/api/resources.ts';
import type { EventOf } from '#organism/event.ts';
import { parseInstant } from '#organism/instant.ts';

/** A message as lists show it, whether it came by the socket or was read from the store. */
export interface MessageItem {
  /** Journal position: its id within this server, and the last word on order. */
  readonly seq: number;
  readonly id: string;
  readonly threadId: string;
  readonly from: string;
  readonly to: string;
  readonly payloadType: string;
  readonly payload: unknown;
  readonly isPayloadPruned: boolean;
  /** Epoch milliseconds of the source's clock. */
  readonly at: number;
  readonly slotIndex: number | null;
}

export function fromEvent(event: EventOf<'message'>): MessageItem {
  const { seq, id, threadId, from, to, payloadType, payload, occurredAt: at } = event;
  return {
    seq,
    id,
    threadId,
    from,
    to,
    payloadType,
    payload,
    isPayloadPruned: event.isPayloadPruned ?? false,
    at,
    slotIndex: event.slotIndex ?? null,
  };
}

/** The message as it is now, in the place it was first told. */
export function fromAmendment(event: Amendment): MessageItem {
  return { ...fromEvent(event), seq: event.amends.seq };
}

// A list of thousands is built again with each news; its rows are read once.
const read = new WeakMap<MessageRow, MessageItem>();

export function fromRow(row: MessageRow): MessageItem {
  const known = read.get(row);
  if (known !== undefined) return known;
  const { id, threadId, from, to, payloadType, payload } = row;
  const item = {
    id,
    threadId,
    from,
    to,
    payloadType,
    payload,
    isPayloadPruned: row.payloadPruned ?? false,
    seq: row.seq ?? 0,
    at: parseInstant(row.timestamp) ?? 0,
    slotIndex: row.slotIndex ?? null,
  };
  read.set(row, item);
  return item;
}

/** The order of every list of messages: by the source's clock, then by arrival, newest first. */
export function compareNewest(a: MessageItem, b: MessageItem): number {
  return b.at - a.at || b.seq - a.seq;
}
