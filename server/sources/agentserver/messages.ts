import type { EventDraft } from '#organism/event.ts';

import type { UnreadableInput } from '../source.ts';
import type { Outbox } from '../upstream/outbox.ts';
import type { KnownIds } from './known-ids.ts';
import { createHoleReader } from './message-holes.ts';
import type { MessagePage } from './message-list.ts';
import { createMessageList, MAX_PAGES, MESSAGES_PAGE, placeOf } from './message-list.ts';
import type { MessagePlace } from './message-spans.ts';
import type { MessageWatermark } from './message-watermark.ts';
import type { PageReader } from './pages.ts';
import { gapDraft } from './to-drafts.ts';
import type { WireMessage } from './wire.ts';

/** Clocks and orders of the upstream may disagree by this much. */
const OVERLAP_MS = 60_000;
/** Read before a part is delivered: the upstream's whole ring of 10,000, and what came meanwhile. */
const MAX_HELD = 12_000;

export interface MessageReader {
  /** Reads what is new since the watermark. @returns how many messages were new. @throws RestError */
  read(): Promise<number>;
  /** The upstream began a new life: its numbers start again. */
  newRun(): void;
}

/**
 * Reads what is missing of `/messages`. A list that numbers its messages one by one is read at its
 * holes, oldest first; any other newest first until the watermark. Pages shift while messages
 * arrive, which only repeats rows. What cannot be read any more is a gap.
 */
export function createMessageReader(deps: {
  readPage: PageReader;
  outbox: Outbox;
  known: KnownIds;
  watermark: MessageWatermark;
  settledBelow: () => number;
}): MessageReader {
  const { known, watermark, settledBelow } = deps;
  const list = createMessageList(deps);
  const holes = createHoleReader({ list, watermark, settledBelow });
  let underWay: Promise<number> | null = null;

  function newRun(): void {
    watermark.newRun();
    holes.forget();
  }

  async function readPass(): Promise<number> {
    const edgeSlot = watermark.edge?.slot ?? 0;
    const first = await list.readPage(0);
    const newest = first.rows[0]?.slotIndex;
    // Numbers below those we know of are those of another life.
    if (newest !== undefined && newest < edgeSlot) newRun();
    const found = await holes.read(first);
    if (found === null) return await readToEdge(first);
    await holes.tellLost();
    return found;
  }

  /** Newest first, delivered oldest first. */
  async function readToEdge(first: MessagePage): Promise<number> {
    const { edge } = watermark;
    let held: WireMessage[] = [];
    let rejects: UnreadableInput[] = [];
    let found = 0;
    const deliverHeld = async (before: readonly EventDraft[], isComplete: boolean) => {
      const rows = held.toReversed();
      const delivery = { rows, rejects, before, isComplete };
      [held, rejects] = [[], []];
      found += await list.deliver(delivery);
    };
    let newest: WireMessage | null = null;
    let oldest: WireMessage | null = null;
    let hasReachedEdge = false;
    let page = first;
    let offset = 0;
    try {
      for (let pages = 1; ; pages += 1) {
        rejects.push(...page.rejects);
        for (const row of page.rows) {
          newest ??= row;
          oldest = row;
          hasReachedEdge ||= edge !== null && isAtOrBefore(row, edge);
          if (!known.has(row.id)) held.push(row);
        }
        if (hasReachedEdge || page.count < MESSAGES_PAGE || pages >= MAX_PAGES) break;
        offset += page.count;
        if (held.length >= MAX_HELD) await deliverHeld([], false);
        page = await list.readPage(offset);
      }
    } catch (error) {
      await deliverHeld([], false);
      throw error;
    }
    const gap = hasReachedEdge ? null : gapBetween(edge, oldest);
    if (newest !== null) watermark.verified(placeOf(newest));
    await deliverHeld(gap === null ? [] : [gap], true);
    return found;
  }

  return {
    read() {
      underWay ??= readPass().finally(() => {
        underWay = null;
      });
      return underWay;
    },
    newRun,
  };
}

function isAtOrBefore(row: WireMessage, edge: MessagePlace): boolean {
  return row.id === edge.id || row.timestamp < edge.at - OVERLAP_MS;
}

/** The upstream lists only its last 10,000 messages; its numbers tell how many went before. */
function gapBetween(edge: MessagePlace | null, oldest: WireMessage | null): EventDraft | null {
  const slot = oldest?.slotIndex;
  if (oldest === null || slot === undefined) return null;
  const missing = slot - (edge?.slot ?? 0) - 1;
  if (missing <= 0) return null;
  return gapDraft({
    what: 'messages',
    from: edge?.at ?? null,
    to: oldest.timestamp,
    missing,
    reason: 'the upstream no longer lists these messages',
  });
}
