import type { EventDraft } from '#organism/event.ts';

import type { Delivery, Schedule, SourceLog, UnreadableInput } from '../source.ts';
import type { Backoff } from './backoff.ts';

/**
 * Drafts of history between two deliveries of news: a few milliseconds of work, so that a message
 * never waits for a whole page of usage.
 */
const HISTORY_SLICE = 200;

/** News are shown as they happen; history is read in pages and may take its time. */
export type Lane = 'news' | 'history';

/** Where everything a source reads leaves it: one delivery at a time, in order within each lane. */
export interface Outbox {
  /** Resolves when what was added is durable; rejects only when `close` gave it up. */
  add(delivery: Delivery, lane?: Lane): Promise<void>;
  /** Delivers what waits, once; what a failing store refuses now is given up. */
  close(): Promise<void>;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Merges all news since the last delivery into the next one, and takes turns with slices of history.
 * A delivery that fails (a full disk) is tried again until it succeeds: what was read must not be lost.
 */
export function createOutbox(deps: {
  deliver: (delivery: Delivery) => Promise<unknown>;
  schedule: Schedule;
  backoff: Backoff;
  log: SourceLog;
  onStall: (reason: string | null) => void;
}): Outbox {
  let news: Waiting[] = [];
  const history: Waiting[] = [];
  let running: Promise<void> | null = null;
  let isClosing = false;
  let wake: (() => void) | null = null;

  async function run(): Promise<void> {
    while (news.length + history.length > 0) {
      const batch = news;
      news = [];
      if (batch.length > 0) await settle(batch);
      const next = history.shift();
      if (next !== undefined) await settle([takeSlice(next)]);
    }
    running = null;
  }

  /** The cursor goes with the last slice: a crash before it only repeats what is already stored. */
  function takeSlice(entry: Waiting): Waiting {
    const { delivery, done, failed } = entry;
    const { drafts } = delivery;
    if (drafts.length <= HISTORY_SLICE) return entry;
    const rest = { ...delivery, drafts: drafts.slice(HISTORY_SLICE) };
    return {
      delivery: { drafts: drafts.slice(0, HISTORY_SLICE) },
      done: () => void history.unshift({ delivery: rest, done, failed }),
      failed,
    };
  }

  async function settle(batch: readonly Waiting[]): Promise<void> {
    try {
      await deliverUntilDurable(merge(batch.map((entry) => entry.delivery)));
      for (const entry of batch) entry.done();
    } catch (error) {
      for (const entry of batch) entry.failed(error);
    }
  }

  /** @throws what the store said, once this outbox is closing */
  async function deliverUntilDurable(delivery: Delivery): Promise<void> {
    for (;;) {
      try {
        await deps.deliver(delivery);
        if (deps.backoff.attempt > 0) deps.onStall(null);
        deps.backoff.reset();
        return;
      } catch (error) {
        deps.log.warn({ err: error }, 'a delivery failed');
        if (isClosing) throw error;
        deps.onStall('what this source reads cannot be stored now; it is kept and tried again');
        await pause(deps.backoff.next());
      }
    }
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = deps.schedule(delayMs, resolve);
      wake = () => {
        cancel();
        resolve();
      };
      if (isClosing) wake();
    });
  }

  return {
    add(delivery, lane = 'news') {
      const isEmpty =
        delivery.drafts.length === 0 &&
        (delivery.rejects ?? []).length === 0 &&
        delivery.cursors === undefined;
      if (isEmpty) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const entry = { delivery, done: resolve, failed: reject };
        (lane === 'news' ? news : history).push(entry);
        running ??= run();
      });
    },
    async close() {
      isClosing = true;
      wake?.();
      await running;
    },
  };
}

function merge(deliveries: readonly Delivery[]): Delivery {
  const drafts: EventDraft[] = [];
  const rejects: UnreadableInput[] = [];
  const cursors: Record<string, string> = {};
  for (const delivery of deliveries) {
    for (const draft of delivery.drafts) drafts.push(draft);
    for (const reject of delivery.rejects ?? []) rejects.push(reject);
    Object.assign(cursors, delivery.cursors);
  }
  return { drafts, rejects, cursors: Object.keys(cursors).length > 0 ? cursors : undefined };
}
