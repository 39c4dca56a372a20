import { z } from 'zod';

import type { UnreadableInput } from '../source.ts';
import type { Outbox } from '../upstream/outbox.ts';
import type { PageReader } from './pages.ts';
import { usageDraft } from './to-drafts.ts';
import type { WireUsage } from './wire.ts';
import { readUsage } from './wire.ts';

/** The contract's largest page. */
const PAGE = 1000;
/** A usual poll brings little, and reading a page holds up messages for as long as it takes. */
const POLL_PAGES = [100, 250];
/** Pages that reach no lower than those before: the offset is being ignored, or rows come faster than they are read. */
const MAX_STUCK_PAGES = 3;
export const USAGE_CURSOR = 'usage';

interface UsageCursor {
  readonly id: bigint;
  /** Epoch milliseconds. */
  readonly at: number;
  /** False while rows below are still being read for the first time. */
  readonly isComplete: boolean;
}
/** Earlier builds wrote the id as a number. */
const cursorSchema = z.object({
  id: z.union([z.string().regex(/^-?\d+$/), z.int()]).transform(BigInt),
  at: z.number(),
  isComplete: z.boolean(),
});

export interface UsageHistory {
  /** Reads what is new since the last stored id. @returns how many rows were new. @throws RestError */
  read(): Promise<number>;
  /** Reads one page of a first history too long for one reading. @throws RestError */
  readDeeper(): Promise<void>;
  readonly hasDeeper: boolean;
  /** More is being read than a usual poll brings. */
  readonly isBehind: boolean;
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
  let isBehind = false;
  let cursor = readCursor(saved);
  let deeperOffset: number | null = cursor?.isComplete === false ? 0 : null;

  /** One way down the list: what was read before tells repeated rows, and pages that lead nowhere. */
  function createDescent() {
    let lowestId: bigint | null = null;
    let stuckPages = 0;
    let lastIds: ReadonlySet<bigint> = new Set();
    return async (offset: number, limit: number) => {
      const page = await readPage({
        path: '/usage/history',
        list: 'events',
        limit,
        offset,
        read: readUsage,
      });
      const ids = page.rows.map((row) => row.id);
      const lowest = lowestOf(ids);
      const isLower = lowest === null || lowestId === null || lowest < lowestId;
      stuckPages = isLower ? 0 : stuckPages + 1;
      if (isLower) lowestId = lowest ?? lowestId;
      // New rows shift the others towards the end, into the next page.
      const rows = page.rows.filter((row) => !lastIds.has(row.id));
      lastIds = new Set(ids);
      return {
        ...page,
        rows,
        listed: page.rows,
        isLast: page.count < limit,
        isStuck: stuckPages >= MAX_STUCK_PAGES,
      };
    };
  }
  const readDown = createDescent();

  async function deliverPage(
    rejects: readonly UnreadableInput[],
    rows: readonly WireUsage[],
    next: UsageCursor | null,
  ): Promise<void> {
    await outbox.add({ drafts: [], rejects });
    await deliver(rows, next);
  }

  async function deliver(rows: readonly WireUsage[], next: UsageCursor | null): Promise<void> {
    const drafts = rows.toReversed().map(usageDraft);
    const cursors = next === null ? undefined : { [USAGE_CURSOR]: writeCursor(next) };
    await outbox.add({ drafts, cursors }, 'history');
  }

  async function readSince(known: UsageCursor): Promise<number> {
    const readAt = createDescent();
    let first: WireUsage | null = null;
    let found = 0;
    let offset = 0;
    let isWiped = false;
    let stored: Promise<void> = Promise.resolve();
    for (let pages = 0; ; pages += 1) {
      isBehind = pages >= POLL_PAGES.length;
      const page = await readAt(offset, POLL_PAGES[pages] ?? PAGE);
      first ??= page.rows[0] ?? null;
      isWiped ||= isOtherHistory(page.listed, known, offset === 0);
      const fresh = page.rows.filter((row) => isWiped || row.id > known.id);
      found += fresh.length;
      const isEnd = page.isLast || (!isWiped && page.listed.some((row) => row.id <= known.id));
      // Without having met what is known, nobody knows what lies between: it is read again.
      const newest = first === null || !isEnd ? null : { id: first.id, at: first.timestamp };
      await stored;
      if (newest !== null) cursor = { ...newest, isComplete: known.isComplete };
      stored = deliverPage(page.rejects, fresh, found > 0 && newest !== null ? cursor : null);
      stored.catch(() => undefined);
      if (isEnd || page.isStuck) break;
      offset += page.count;
    }
    await stored;
    isBehind = false;
    return found;
  }

  /** The first reading takes one page at once and the rest page by page, beside the live news. */
  async function readFirst(): Promise<number> {
    const page = await readDown(0, PAGE);
    const newest = page.rows[0];
    await outbox.add({ drafts: [], rejects: page.rejects });
    if (newest === undefined) return 0;
    const isComplete = page.isLast;
    cursor = { id: newest.id, at: newest.timestamp, isComplete };
    deeperOffset = isComplete ? null : page.count;
    await deliver(page.rows, cursor);
    return page.rows.length;
  }

  return {
    read: () => (cursor === null ? readFirst() : readSince(cursor)),
    async readDeeper() {
      if (deeperOffset === null || cursor === null) return;
      const page = await readDown(deeperOffset, PAGE);
      const isEnd = page.isLast || page.isStuck;
      if (isEnd) cursor = { ...cursor, isComplete: true };
      await deliverPage(page.rejects, page.rows, isEnd ? cursor : null);
      deeperOffset = isEnd ? null : deeperOffset + page.count;
    },
    get hasDeeper() {
      return deeperOffset !== null;
    },
    get isBehind() {
      return isBehind || deeperOffset !== null;
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

function lowestOf(ids: readonly bigint[]): bigint | null {
  return ids.reduce<bigint | null>((low, id) => (low === null || id < low ? id : low), null);
}

function writeCursor({ id, ...rest }: UsageCursor): string {
  return JSON.stringify({ id: String(id), ...rest });
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
