import type { Schedule } from '../source.ts';
import { createPoller } from '../upstream/poller.ts';
import type { Intervals } from './intervals.ts';
import { REORDER_MS } from './message-watermark.ts';
import type { Parts } from './parts.ts';
import { createUsageReader } from './usage.ts';

/** When the socket brings messages without numbers: how often REST is compared anyway. */
const RECONCILE_MS = 30_000;
/** Between two pages of what is too long for one reading. */
const DEEPER_PAUSE_MS = 20;
const DEEPER_IDLE_MS = 5000;

export interface Readings {
  start(): void;
  /** Reads everything now. */
  poke(): void;
  stop(): Promise<void>;
  /** Reads messages at the next turn even when the socket brings them: some passed it by. */
  mustReadMessages(): void;
  /** How many messages the upstream counts now, asked once per beat. */
  noteTotalMessages(total: number | null): void;
  /** Whether the upstream has messages or calls that are being read again, or must be. */
  isBehind(): boolean;
}

export interface ReadingsDeps {
  readonly parts: Parts;
  readonly intervals: Intervals;
  /** One reading; false when it failed. Never rejects. */
  readonly attempt: (what: string, read: () => Promise<unknown>) => Promise<boolean>;
  readonly isRestUp: () => boolean;
  /** Whether a live socket brings messages. */
  readonly areMessagesCarried: () => boolean;
  readonly onMessagesByRest: () => void;
  readonly isWatched: () => boolean;
  readonly onError: (error: unknown) => void;
  readonly schedule: Schedule;
  readonly now: () => number;
  readonly elapsed: () => number;
}

/** What is read over REST again and again beside the heartbeat. */
export function createReadings(deps: ReadingsDeps): Readings {
  const { parts, intervals, attempt, isRestUp, now, elapsed } = deps;
  const { watermark } = parts;
  let isMessagesDue = false;
  let lastMessagesAt = Number.NEGATIVE_INFINITY;
  /** When the last reading of messages that succeeded began. */
  let readAt = Number.NEGATIVE_INFINITY;
  let counted: { readonly total: number; readonly at: number } | null = null;

  /** What was counted longer ago than a reordering takes has arrived by now, or never will. */
  function isBehindTotal(): boolean {
    const slot = watermark.edge?.slot ?? null;
    if (slot === null || counted === null || slot >= counted.total) return false;
    // All that was listed then has been read: it counts otherwise than it numbers.
    if (readAt > counted.at) return false;
    return parts.pump.isDrained && elapsed() - counted.at >= REORDER_MS;
  }

  function mayHaveMissedMessages(): boolean {
    if (isMessagesDue || watermark.hasHole() || isBehindTotal()) return true;
    return watermark.edge?.slot == null && elapsed() - lastMessagesAt >= RECONCILE_MS;
  }

  async function readMessages(): Promise<void> {
    const isCarried = deps.areMessagesCarried();
    if (!isRestUp() || (isCarried && !mayHaveMissedMessages())) return;
    lastMessagesAt = elapsed();
    isMessagesDue = false;
    await attempt('messages', async () => {
      const found = await parts.messages.read();
      readAt = lastMessagesAt;
      if (found > 0 && !isCarried) deps.onMessagesByRest();
    });
  }

  async function readDeeper(): Promise<number | void> {
    if (!isRestUp()) return;
    const { usage, threads } = parts;
    const isUsageFine = !usage.hasDeeper || (await attempt('usage', () => usage.readDeeper()));
    const areThreadsFine =
      !threads.hasDeeper || (await attempt('threads', () => threads.readDeeper()));
    if (!isUsageFine || !areThreadsFine) return DEEPER_IDLE_MS;
  }

  const { isWatched, onError, schedule } = deps;
  const polled = { isWatched, onError, schedule, elapsed };
  const deeper = createPoller({
    ...polled,
    isWatched: null,
    run: readDeeper,
    intervalMs: () =>
      parts.usage.hasDeeper || parts.threads.hasDeeper ? DEEPER_PAUSE_MS : DEEPER_IDLE_MS,
  });
  const usageReader = createUsageReader(parts, { now, elapsed });
  const pollers = [
    createPoller({ ...polled, run: readMessages, intervalMs: () => intervals.messagesMs }),
    createPoller({
      ...polled,
      run: async () => {
        if (isRestUp()) await attempt('budgets', () => parts.budgets.read());
      },
      intervalMs: () => intervals.budgetsMs,
    }),
    createPoller({
      ...polled,
      run: async () => {
        if (isRestUp()) await attempt('usage', () => usageReader.read());
        if (parts.usage.hasDeeper) deeper.poke();
      },
      intervalMs: () => intervals.usageMs,
    }),
    deeper,
  ];

  return {
    start() {
      for (const poller of pollers) poller.start();
    },
    poke() {
      for (const poller of pollers) poller.poke();
    },
    async stop() {
      await Promise.all(pollers.map((poller) => poller.stop()));
    },
    mustReadMessages() {
      isMessagesDue = true;
    },
    noteTotalMessages(total) {
      if (isBehindTotal()) isMessagesDue = true;
      counted = total === null ? null : { total, at: elapsed() };
    },
    isBehind: () => watermark.hasHole() || isBehindTotal() || parts.usage.isBehind,
  };
}
