import type { EventDraft } from '#organism/event.ts';

import type { UnreadableInput } from '../source.ts';
import type { Outbox } from '../upstream/outbox.ts';
import type { KnownIds } from './known-ids.ts';
import type { MessagePlace, MessageWatermark } from './message-watermark.ts';
import type { PageReader } from './pages.ts';
import { gapDraft, messageDraft } from './to-drafts.ts';
import type { WireMessage } from './wire.ts';
import { readMessage } from './wire.ts';

/** The contract's largest page. */
const PAGE = 100;
/** Clocks and orders of the upstream may disagree by this much. */
const OVERLAP_MS = 60_000;
/** Read before a part is delivered: the upstream's whole ring of 10,000, and what came meanwhile. */
const MAX_HELD = 12_000;
/** Ten times the ring: a server that ignores the offset must not be read for ever. */
const MAX_PAGES = 1000;
export const MESSAGES_CURSOR = 'messages';

export interface MessageReader {
  /** Reads what is new since the watermark. @returns how many messages were new. @throws RestError */
  read(): Promise<number>;
}

/**
 * Reads `/messages`, newest first, until the watermark; delivers oldest first. Pages shift while
 * messages arrive, which only repeats rows. What lies between the watermark and the oldest
 * readable message is a gap.
 */
export function createMessageReader(deps: {
  readPage: PageReader;
  outbox: Outbox;
  known: KnownIds;
  watermark: MessageWatermark;
}): MessageReader {
  const { readPage, outbox, known, watermark } = deps;
  let underWay: Promise<number> | null = null;

  async function readPass(): Promise<number> {
    const edge = watermark.edge;
    const pass = { held: [] as WireMessage[], rejects: [] as UnreadableInput[], found: 0 };
    let newest: WireMessage | null = null;
    let oldest: WireMessage | null = null;
    let hasReachedEdge = false;
    let offset = 0;
    try {
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const page = await readPage({
          path: '/messages',
          list: 'messages',
          limit: PAGE,
          offset,
          read: readMessage,
        });
        pass.rejects.push(...page.rejects);
        for (const row of page.rows) {
          newest ??= row;
          oldest = row;
          hasReachedEdge ||= edge !== null && isAtOrBefore(row, edge);
          if (!known.has(row.id)) pass.held.push(row);
        }
        if (hasReachedEdge || page.count < PAGE) break;
        offset += page.count;
        if (pass.held.length >= MAX_HELD) await deliverHeld(pass, []);
      }
    } catch (error) {
      await deliverHeld(pass, []);
      throw error;
    }
    const gap = hasReachedEdge ? null : gapBetween(edge, oldest);
    if (newest !== null) watermark.verified(placeOf(newest));
    await deliverHeld(pass, gap === null ? [] : [gap], true);
    return pass.found;
  }

  async function deliverHeld(
    pass: { held: WireMessage[]; rejects: UnreadableInput[]; found: number },
    before: readonly EventDraft[],
    isComplete = false,
  ): Promise<void> {
    // Rows repeat when pages shift: the set of known ids folds them here.
    const fresh = pass.held.toReversed().filter((row) => {
      if (known.has(row.id)) return false;
      known.add(row.id);
      return true;
    });
    const { rejects } = pass;
    pass.held = [];
    pass.rejects = [];
    pass.found += fresh.length;
    const hasNews = fresh.length > 0 || before.length > 0;
    const cursor = isComplete && hasNews ? watermark.toText() : null;
    await outbox.add({
      drafts: [...before, ...fresh.map(messageDraft)],
      rejects,
      cursors: cursor === null ? undefined : { [MESSAGES_CURSOR]: cursor },
    });
  }

  return {
    read() {
      underWay ??= readPass().finally(() => {
        underWay = null;
      });
      return underWay;
    },
  };
}

export function placeOf(message: WireMessage): MessagePlace {
  return { id: message.id, at: message.timestamp, slot: message.slotIndex ?? null };
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
