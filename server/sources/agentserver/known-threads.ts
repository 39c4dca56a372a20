import type { EventDraft } from '#organism/event.ts';

import type { Stamper } from '../upstream/stamper.ts';
import {
  errorDraft,
  threadChangeDraft,
  threadCreatedDraft,
  threadErrorDraft,
  threadUpdatedDraft,
} from './to-drafts.ts';
import type { WireError, WireThread, WireThreadUpdate } from './wire.ts';

/** The longest quiet are forgotten first; told again they have the same keys, so nothing doubles. */
const MAX_KNOWN_THREADS = 20_000;
/** Counters alone are no news: they are written down this often, and once when the clock is set back. */
const COUNTERS_EVERY_MS = 10_000;

interface KnownThread {
  readonly status: string | null;
  readonly messageCount: number;
  readonly counters: string;
  readonly toldAt: number;
  /** The error text last told. */
  readonly error: string | null;
  /** It was read from the thread; the socket may still tell the same. */
  readonly isErrorRead: boolean;
  readonly isCreated: boolean;
  /** `mark` of the last status the socket told. */
  readonly socketMark: number;
}

const BLANK: KnownThread = {
  status: null,
  messageCount: 0,
  counters: '',
  toldAt: 0,
  error: null,
  isErrorRead: false,
  isCreated: false,
  socketMark: 0,
};

export type KnownThreads = ReturnType<typeof createKnownThreads>;

/** The threads as last told, so that only changes become events. */
export function createKnownThreads(stamp: Stamper) {
  const known = new Map<string, KnownThread>();
  let mark = 0;

  function put(id: string, thread: KnownThread): void {
    known.delete(id);
    known.set(id, thread);
    if (known.size <= MAX_KNOWN_THREADS) return;
    const [quietest] = known.keys();
    if (quietest !== undefined) known.delete(quietest);
  }

  /**
   * A thread as the socket tells its birth or a list shows it.
   * @param since the mark when a list was asked for: a status the socket told after it is newer
   */
  function observe(thread: WireThread, readAt: number, since = mark): EventDraft[] {
    const old = known.get(thread.id) ?? BLANK;
    if (old.socketMark > since) return [];
    const drafts: EventDraft[] = [];
    if (!old.isCreated) drafts.push(threadCreatedDraft(thread, stamp(readAt)));
    const error = thread.error === undefined || thread.error === '' ? null : thread.error;
    const counters = JSON.stringify([
      thread.messageCount,
      thread.lastActivity,
      thread.participants?.toSorted(),
    ]);
    const isNews = old.status !== thread.status || (error !== null && error !== old.error);
    const isDue = old.counters !== counters && Math.abs(readAt - old.toldAt) >= COUNTERS_EVERY_MS;
    if (isNews || isDue) drafts.push(threadUpdatedDraft(thread, stamp(readAt)));
    const isNewError = thread.status === 'error' && error !== null && error !== old.error;
    if (isNewError) drafts.push(threadErrorDraft(thread, stamp(readAt)));
    if (drafts.length > 0) {
      put(thread.id, {
        status: thread.status,
        messageCount: Math.max(old.messageCount, thread.messageCount ?? 0),
        counters: isNews || isDue ? counters : old.counters,
        toldAt: isNews || isDue ? readAt : old.toldAt,
        error: error ?? old.error,
        isErrorRead: isNewError || old.isErrorRead,
        isCreated: true,
        socketMark: old.socketMark,
      });
    }
    return drafts;
  }

  return {
    observe,

    /** Names this moment, to tell later whether the socket brought something newer. */
    mark: () => mark,

    /** The upstream began a new life: everything is news again. */
    forget(): void {
      known.clear();
    },

    observeUpdate(change: WireThreadUpdate, at: number): EventDraft[] {
      mark += 1;
      const old = known.get(change.threadId) ?? BLANK;
      const messageCount = change.messageCount ?? old.messageCount;
      const isSame = old.status === change.status && old.messageCount === messageCount;
      put(change.threadId, { ...old, status: change.status, messageCount, socketMark: mark });
      if (isSame) return [];
      return [threadChangeDraft(change, stamp(at))];
    },

    /** An error the socket tells; the same text read from the thread is not a second error. */
    observeError(error: WireError, at: number): EventDraft[] {
      if (error.threadId === null) return [errorDraft(error, stamp(at))];
      const old = known.get(error.threadId) ?? BLANK;
      put(error.threadId, { ...old, error: error.error, isErrorRead: false });
      if (old.isErrorRead && old.error === error.error) return [];
      return [errorDraft(error, stamp(at))];
    },
  };
}
