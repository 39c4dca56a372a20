import { z } from 'zod';

import type { Outbox } from '../upstream/outbox.ts';
import type { PageReader } from './pages.ts';
import { usageDraft } from './to-drafts.ts';
import type { WireUsage } from './wire.ts';
import { readUsage } from './wire.ts';

/** The contract's largest page. */
const PAGE = 1000;
/** A usual poll brings little, and reading a page holds up messages for as long as it takes. */
const POLL_PAGE = 100;
const NEXT_POLL_PAGE = 250;
export const USAGE_CURSOR = 'usage';

const cursorSchema = z.object({
  id: z.number(),
  at: z.number(),
  /** False while rows below are still being read for the first time. */
  isComplete: z.boolean(),
});
type UsageCursor = z.infer<typeof cursorSchema>;

export interface UsageHistory {
  /** Reads what is new since the last stored id. @returns how many rows were new. @throws RestError */
  read(): Promise<number>;
  /** Reads one page of a first history too long for one reading. @throws RestError */
  readDeeper(): Promise<void>;
  readonly hasDeeper: boolean;
}

/**
 * Reads `/usage/history`, newest first, until the last stored id. Its `total` ignores filters, so
 * only a short page is the end. A wiped upstream counts from 1 again: then all of it is new.
 * @param saved the cursor of an earlier process, or null
 */
export function createUsageHistory(
  deps: { readPage: PageReader; outbox: Outbox },
  saved: string | null,
): UsageHistory {
  const { readPage, outbox } = deps;
  let cursor = readCursor(saved);
  let deeperOffset: number | null = cursor?.isComplete === false ? 0 : null;

  /** Ids of the last page's rows reach down to here; a server that ignores the offset never goes lower. */
  let lowestId = Number.POSITIVE_INFINITY;

  async function readAt(offset: number, limit: number) {
    const page = await readPage({
      path: '/usage/history',
      list: 'events',
      limit,
      offset,
      read: readUsage,
    });
    const lowest = Math.min(...page.rows.map((row) => row.id));
    const isStuck = offset > 0 && page.rows.length > 0 && lowest >= lowestId;
    lowestId = lowest;
    return { ...page, isEnd: page.count < limit || isStuck };
  }

  async function deliver(rows: readonly WireUsage[], next: UsageCursor | null): Promise<void> {
    const drafts = rows.toReversed().map(usageDraft);
    const cursors = next === null ? undefined : { [USAGE_CURSOR]: JSON.stringify(next) };
    await outbox.add({ drafts, cursors }, 'history');
  }

  async function readSince(known: UsageCursor): Promise<number> {
    let first: WireUsage | null = null;
    let found = 0;
    let offset = 0;
    let isWiped = false;
    for (;;) {
      const limit = offset === 0 ? POLL_PAGE : NEXT_POLL_PAGE;
      const page = await readAt(offset, limit);
      first ??= page.rows[0] ?? null;
      isWiped ||= isOtherHistory(page.rows, known, offset === 0);
      const fresh = page.rows.filter((row) => isWiped || row.id > known.id);
      found += fresh.length;
      const hasReachedKnown = !isWiped && page.rows.some((row) => row.id <= known.id);
      const isEnd = hasReachedKnown || page.isEnd;
      const newest = first === null || !isEnd ? null : { id: first.id, at: first.timestamp };
      if (newest !== null) cursor = { ...newest, isComplete: known.isComplete };
      await outbox.add({ drafts: [], rejects: page.rejects });
      if (found > 0) await deliver(fresh, newest === null ? null : cursor);
      if (isEnd) return found;
      offset += page.count;
    }
  }

  /** The first reading takes one page at once and the rest page by page, beside the live news. */
  async function readFirst(): Promise<number> {
    const page = await readAt(0, PAGE);
    const newest = page.rows[0];
    await outbox.add({ drafts: [], rejects: page.rejects });
    if (newest === undefined) return 0;
    const isComplete = page.isEnd;
    cursor = { id: newest.id, at: newest.timestamp, isComplete };
    deeperOffset = isComplete ? null : page.count;
    await deliver(page.rows, cursor);
    return page.rows.length;
  }

  return {
    read: () => (cursor === null ? readFirst() : readSince(cursor)),
    async readDeeper() {
      if (deeperOffset === null || cursor === null) return;
      const page = await readAt(deeperOffset, PAGE);
      const { isEnd } = page;
      if (isEnd) cursor = { ...cursor, isComplete: true };
      await outbox.add({ drafts: [], rejects: page.rejects });
      await deliver(page.rows, isEnd ? cursor : null);
      deeperOffset = isEnd ? null : deeperOffset + page.count;
    },
    get hasDeeper() {
      return deeperOffset !== null;
    },
  };
}

/** Ids below the newest stored one, or that one with another time: not the history we knew. */
function isOtherHistory(
  rows: readonly WireUsage[],
  known: UsageCursor,
  isNewestPage: boolean,
): boolean {
  const isBehind = isNewestPage && rows.length > 0 && rows.every((row) => row.id < known.id);
  const same = rows.find((row) => row.id === known.id);
  return isBehind || (same !== undefined && same.timestamp !== known.at);
}

function readCursor(saved: string | null): UsageCursor | null {
  if (saved === null) return null;
  try {
    return cursorSchema.parse(JSON.parse(saved));
  } catch {
    // A cursor of another build: reading all again costs time, not data.
    return null;
  }
}
