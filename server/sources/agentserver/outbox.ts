import type { EventDraft } from '#organism/event.ts';

import type { Delivery, Schedule, SourceLog, UnreadableInput } from '../source.ts';
import type { Backoff } from './backoff.ts';

/** Where everything a source reads leaves it: one delivery at a time, in order. */
export interface Outbox {
  /** Resolves when what was added is durable; rejects only when `close` gave it up. */
  add(delivery: Delivery): Promise<void>;
  /** Delivers what waits, once; what a failing store refuses now is given up. */
  close(): Promise<void>;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Merges everything that was added since the last delivery into the next one. A delivery that fails
 * (a full disk) is tried again until it succeeds: what was read must not be lost.
 */
export function createOutbox(deps: {
  deliver: (delivery: Delivery) => Promise<unknown>;
  schedule: Schedule;
  backoff: Backoff;
  log: SourceLog;
  onStall: (reason: string | null) => void;
}): Outbox {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let isClosing = false;
  let wake: (() => void) | null = null;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await settle(batch);
    }
    running = null;
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
    add(delivery) {
      const isEmpty =
        delivery.drafts.length === 0 &&
        (delivery.rejects ?? []).length === 0 &&
        delivery.cursors === undefined;
      if (isEmpty) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.push({ delivery, done: resolve, failed: reject });
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
