import type { EventDraft } from '#organism/event.ts';

import type { UnreadableInput } from '../source.ts';
import type { Outbox } from '../upstream/outbox.ts';
import type { KnownIds } from './known-ids.ts';
import type { MessagePlace, NumberedPlace } from './message-spans.ts';
import type { MessageWatermark } from './message-watermark.ts';
import type { PageAnswer, PageReader } from './pages.ts';
import { messageDraft } from './to-drafts.ts';
import type { WireMessage } from './wire.ts';
import { readMessage } from './wire.ts';

/** The contract's largest page. */
export const MESSAGES_PAGE = 100;
/** Ten times the upstream's ring of 10,000: a server that ignores the offset must not be read for ever. */
export const MAX_PAGES = 1000;
export const MESSAGES_CURSOR = 'messages';

/** The upstream's list of messages, newest first, and the way from it to the journal. */
export interface MessageList {
  readPage(offset: number): Promise<MessagePage>;
  /** Delivers rows that are not known yet. Resolves when they are durable. @returns how many there were */
  deliver(delivery: {
    /** Oldest first. */
    readonly rows: readonly WireMessage[];
    readonly rejects: readonly UnreadableInput[];
    readonly before?: readonly EventDraft[];
    /** Everything up to the watermark is in this delivery or an earlier one. */
    readonly isComplete: boolean;
  }): Promise<number>;
}

export type MessagePage = PageAnswer<WireMessage>;

export function createMessageList(deps: {
  readPage: PageReader;
  outbox: Outbox;
  known: KnownIds;
  watermark: MessageWatermark;
}): MessageList {
  const { readPage, outbox, known, watermark } = deps;
  return {
    readPage: (offset) =>
      readPage({
        path: '/messages',
        list: 'messages',
        limit: MESSAGES_PAGE,
        offset,
        read: readMessage,
      }),
    async deliver({ rows, rejects, before = [], isComplete }) {
      // Rows repeat when pages shift: the set of known ids folds them here.
      const fresh = rows.filter((row) => {
        if (known.has(row.id)) return false;
        known.add(row.id);
        return true;
      });
      const hasNews = fresh.length > 0 || before.length > 0;
      const cursor = isComplete && hasNews ? watermark.toText() : null;
      await outbox.add({
        drafts: [...before, ...fresh.map(messageDraft)],
        rejects,
        cursors: cursor === null ? undefined : { [MESSAGES_CURSOR]: cursor },
      });
      return fresh.length;
    },
  };
}

export function placeOf(message: WireMessage): MessagePlace {
  return { id: message.id, at: message.timestamp, slot: message.slotIndex ?? null };
}

/** The stretch of numbers a page covers, rejected rows within it too; null when it is not numbered one by one. */
export function stretchOf({ rows, count }: MessagePage) {
  const places: NumberedPlace[] = [];
  for (const row of rows) {
    const { slot, ...place } = placeOf(row);
    if (slot === null || slot >= (places.at(-1)?.slot ?? Number.POSITIVE_INFINITY)) return null;
    places.push({ ...place, slot });
  }
  const [last] = places;
  const first = places.at(-1);
  if (first === undefined || last === undefined) return null;
  return last.slot - first.slot < count ? { first, last } : null;
}
