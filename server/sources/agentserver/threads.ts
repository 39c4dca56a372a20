import type { EventDraft } from '#organism/event.ts';

import type { Outbox } from '../upstream/outbox.ts';
import type { KnownThreads } from './known-threads.ts';
import type { PageReader } from './pages.ts';
import { readThread } from './wire.ts';

/** The contract's largest page. */
const PAGE = 100;
/** Threads are never pruned upstream: the far end of a long list is read in the background. */
const FOREGROUND_PAGES = 10;
/** Pages without news while a list is read for the first time: the offset is being ignored. */
const MAX_QUIET_PAGES = 10;

export interface ThreadReader {
  /** Reads threads by newest activity until nothing changed. @throws RestError */
  read(): Promise<void>;
  /** Reads the rest of a list too long for `read`, if there is one, one page. @throws RestError */
  readDeeper(): Promise<void>;
  readonly hasDeeper: boolean;
}

export function createThreadReader(deps: {
  readPage: PageReader;
  outbox: Outbox;
  known: KnownThreads;
  now: () => number;
}): ThreadReader {
  const { readPage, outbox, known, now } = deps;
  let deeperOffset: number | null = null;
  let hasReadAll = false;
  let quietPages = 0;

  /** @returns the next page's offset, or null when this was the last or brought nothing new */
  async function readPageAt(offset: number): Promise<number | null> {
    const since = known.mark();
    const page = await readPage({
      path: '/threads',
      list: 'threads',
      limit: PAGE,
      offset,
      read: readThread,
    });
    const readAt = now();
    const drafts: EventDraft[] = [];
    for (const thread of page.rows) drafts.push(...known.observe(thread, readAt, since));
    await outbox.add({ drafts, rejects: page.rejects });
    quietPages = drafts.length === 0 ? quietPages + 1 : 0;
    const isEnd = page.count < PAGE || quietPages >= MAX_QUIET_PAGES;
    if (isEnd) hasReadAll = true;
    return isEnd || (drafts.length === 0 && hasReadAll) ? null : offset + page.count;
  }

  return {
    async read() {
      let offset: number | null = 0;
      for (let pages = 0; pages < FOREGROUND_PAGES && offset !== null; pages += 1) {
        offset = await readPageAt(offset);
      }
      deeperOffset ??= offset;
    },
    async readDeeper() {
      if (deeperOffset !== null) deeperOffset = await readPageAt(deeperOffset);
    },
    get hasDeeper() {
      return deeperOffset !== null;
    },
  };
}
