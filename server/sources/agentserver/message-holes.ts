import type { EventDraft } from '#organism/event.ts';

import type { MessageList, MessagePage } from './message-list.ts';
import { MAX_PAGES, MESSAGES_PAGE, placeOf, stretchOf } from './message-list.ts';
import type { MessageSpan } from './message-spans.ts';
import type { MessageWatermark } from './message-watermark.ts';
import { gapDraft } from './to-drafts.ts';

/** A page reaches this far below what it is aimed at, should fewer messages come meanwhile than last time. */
const AIM_BELOW = 25;

/**
 * Reads what is missing out of a list whose messages are numbered one by one, oldest first: what the
 * upstream forgets next comes first, and what is stored is not read again. Messages that come
 * meanwhile shift the rows towards the end: each page is aimed by the numbers of the last one.
 */
export function createHoleReader(deps: {
  list: MessageList;
  watermark: MessageWatermark;
  /** What is missing below this number is not on its way any more. */
  settledBelow: () => number;
}) {
  const { list, watermark, settledBelow } = deps;
  /** The upstream lists nothing below this number. */
  let floor = 1;

  /** @returns whether the page was numbered, and so could be placed */
  function take(page: MessagePage): MessageSpan | null {
    const span = stretchOf(page);
    const { edge } = watermark;
    // The place we stood at before the numbers began again, or before there were any.
    const again = edge?.slot === null ? page.rows.find((row) => row.id === edge.id) : undefined;
    if (span !== null && again !== undefined) watermark.verified(placeOf(again));
    return span;
  }

  /** What has the edge's number there is another message: the upstream is not the one we knew. */
  function isOtherHistory(page: MessagePage): boolean {
    const { edge } = watermark;
    if (edge === null || edge.slot === null || stretchOf(page) === null) return false;
    return page.rows.some(({ id, slotIndex }) => slotIndex === edge.slot && id !== edge.id);
  }

  function beginAnew(): void {
    watermark.newRun();
    floor = 1;
  }

  async function deliver(page: MessagePage, span: MessageSpan): Promise<number> {
    watermark.covered(span.first, span.last);
    const { rejects } = page;
    return await list.deliver({ rows: page.rows.toReversed(), rejects, isComplete: true });
  }

  /** @returns how many messages were new, null when this is no such list */
  async function fill(newest: MessageSpan, listed: number): Promise<number | null> {
    let total = listed;
    let found = 0;
    let head = newest.last.slot;
    let drift = 0;
    let delivered: Promise<number> = Promise.resolve(0);
    floor = Math.max(floor, head - total + 1);
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const target = watermark.firstMissing(floor);
      if (target >= newest.first.slot) break;
      const aim = head + drift - target - (MESSAGES_PAGE - 1) + AIM_BELOW;
      const offset = Math.max(0, Math.min(aim, total - MESSAGES_PAGE));
      const page = await list.readPage(offset);
      if (isOtherHistory(page)) {
        beginAnew();
        found += await delivered;
        const rest = await fill(newest, listed);
        return rest === null ? null : found + rest;
      }
      const span = take(page);
      if (span === null) break;
      total = page.total ?? total;
      // Where the list ends now: what it had when it was last counted may have been pushed out since.
      if (offset + page.count >= total) floor = Math.max(floor, span.first.slot);
      drift = Math.max(0, span.last.slot + offset - head);
      head += drift;
      found += await delivered;
      delivered = deliver(page, span);
      delivered.catch(() => undefined);
    }
    found += await delivered;
    return watermark.firstMissing(floor) >= newest.first.slot ? found : null;
  }

  return {
    /** A new life of the upstream. */
    forget() {
      floor = 1;
    },
    /**
     * @param first the page at offset 0
     * @returns how many messages were new, null when the list is not numbered one by one
     */
    async read(first: MessagePage): Promise<number | null> {
      if (isOtherHistory(first)) beginAnew();
      const newest = take(first);
      if (newest === null) return null;
      const isWhole = first.count < MESSAGES_PAGE;
      const isEdgeNext = watermark.edge?.slot === newest.first.slot - 1;
      if (isEdgeNext && !isWhole && isOtherHistory(await list.readPage(first.count))) beginAnew();
      const total = isWhole ? first.count : first.total;
      if (total === null) return null;
      const found = await fill(newest, Math.max(total, first.count));
      if (found === null) return null;
      return found + (await deliver(first, newest));
    },
    /** What is missing and can never be read, as a gap that stands for each of them. */
    async tellLost(): Promise<void> {
      const lost = watermark.giveUpBelow(Math.min(floor, settledBelow()));
      if (lost === null) return;
      const reason = 'the upstream no longer lists these messages';
      const before: EventDraft[] = [gapDraft({ what: 'messages', reason, ...lost })];
      await list.deliver({ rows: [], rejects: [], before, isComplete: true });
    },
  };
}
