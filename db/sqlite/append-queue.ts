import type { AppendBatch, AppendResult, EventOutcome, PreparedEvent } from '#db/store.ts';
import { StoreError } from '#db/store.ts';
import type { JournalEvent } from '#organism/event.ts';

import { CONFLICT, DUPLICATE } from './positions.ts';
import { fromFailure } from './store-failure.ts';
import type { BatchOutcome, GroupOutcome } from './writer/group-commit.ts';

/** Events in memory before appenders have to wait: about half a second of the writer's work. */
const MAX_QUEUED_EVENTS = 20_000;
/** Appends that wait for room; one more is told to try again. */
const MAX_WAITING_APPENDS = 10_000;
/** One commit: long enough that its fsync is cheap, short enough that nobody waits long. */
const MAX_GROUP_EVENTS = 4000;
/**
 * While one commit runs, the next is sent ahead only when it is worth a commit of its own: when it
 * is as large as the one that runs, or large enough anyhow. The writer then need not wait for it.
 */
const MIN_AHEAD_EVENTS = 16;
const MAX_AHEAD_EVENTS = 500;
const MAX_COMMITS_UNDER_WAY = 2;

export interface AppendStats {
  readonly queuedEvents: number;
  readonly waitingAppends: number;
  readonly commits: number;
  readonly committedEvents: number;
  /** Appends that had to wait for room, and those that were refused for want of it. */
  readonly delayedAppends: number;
  readonly refusedAppends: number;
  /** Tries that found the database held by another process. */
  readonly busyRetries: number;
}

export interface AppendQueue {
  /** Resolves in the order of positions, after the commit. */
  append(batch: AppendBatch): Promise<AppendResult>;
  /** Resolves when nothing is queued or under way. */
  drain(): Promise<void>;
  stats(): AppendStats;
}

interface Queued {
  readonly batch: AppendBatch;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers appends into groups: what arrives while a commit runs is committed together. */
export function createAppendQueue(deps: {
  send(batches: readonly AppendBatch[]): Promise<GroupOutcome>;
}): AppendQueue {
  const queue: Queued[] = [];
  const waiting: Queued[] = [];
  const drained: (() => void)[] = [];
  const counts = {
    queuedEvents: 0,
    commits: 0,
    committedEvents: 0,
    delayedAppends: 0,
    refusedAppends: 0,
    busyRetries: 0,
  };
  let underWay = 0;
  /** Size of the newest commit under way. */
  let newestEvents = 0;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    // What is appended in one go is one group. Not the whole turn: while a commit runs the next
    // group gathers anyhow, and whoever appends many small batches gathers them before.
    queueMicrotask(() => {
      isScheduled = false;
      pump();
    });
  }

  function pump(): void {
    while (queue.length > 0 && underWay < MAX_COMMITS_UNDER_WAY) {
      if (underWay > 0 && counts.queuedEvents < worthAhead()) return;
      void commit(takeGroup());
    }
    if (queue.length === 0 && underWay === 0) for (const done of drained.splice(0)) done();
  }

  function worthAhead(): number {
    return Math.max(MIN_AHEAD_EVENTS, Math.min(newestEvents, MAX_AHEAD_EVENTS));
  }

  function takeGroup(): Queued[] {
    let events = 0;
    let size = 0;
    for (const { batch } of queue) {
      if (size > 0 && events + sizeOf(batch) > MAX_GROUP_EVENTS) break;
      events += sizeOf(batch);
      size += 1;
    }
    counts.queuedEvents -= events;
    newestEvents = events;
    return queue.splice(0, size);
  }

  async function commit(group: readonly Queued[]): Promise<void> {
    underWay += 1;
    await sendGroup(group);
    underWay -= 1;
    admitWaiting();
    pump();
  }

  async function sendGroup(group: readonly Queued[]): Promise<void> {
    try {
      const outcome = await deps.send(group.map(({ batch }) => batch));
      counts.commits += 1;
      counts.busyRetries += outcome.busyRetries;
      group.forEach((queued, i) => settle(queued, outcome.batches[i]));
    } catch (error) {
      // A batch that cannot be sent must not take its neighbours with it: each goes alone.
      if (group.length > 1 && !(error instanceof StoreError)) {
        for (const queued of group) await sendGroup([queued]);
      } else {
        for (const queued of group) queued.reject(toRefusal(queued.batch, error));
      }
    }
  }

  function settle({ batch, resolve, reject }: Queued, outcome: BatchOutcome | undefined): void {
    if (outcome === undefined) return reject(new StoreError('io', 'The writer left out a batch'));
    if ('positions' in outcome) {
      counts.committedEvents += batch.events.length;
      return resolve(toAppendResult(batch, outcome));
    }
    reject(fromFailure(outcome.failure));
  }

  function enqueue(queued: Queued): void {
    queue.push(queued);
    counts.queuedEvents += sizeOf(queued.batch);
    schedule();
  }

  function admitWaiting(): void {
    while (counts.queuedEvents < MAX_QUEUED_EVENTS) {
      const next = waiting.shift();
      if (next === undefined) return;
      enqueue(next);
    }
  }

  function admit(queued: Queued): void {
    if (counts.queuedEvents < MAX_QUEUED_EVENTS && waiting.length === 0) return enqueue(queued);
    if (waiting.length < MAX_WAITING_APPENDS) {
      counts.delayedAppends += 1;
      waiting.push(queued);
      return;
    }
    counts.refusedAppends += 1;
    const text = `${MAX_WAITING_APPENDS} appends already wait for the writer`;
    queued.reject(new StoreError('busy', text));
  }

  return {
    append: (batch) =>
      new Promise((resolve, reject) => {
        admit({ batch, resolve, reject });
      }),
    drain() {
      if (queue.length === 0 && waiting.length === 0 && underWay === 0) return Promise.resolve();
      return new Promise((resolve) => drained.push(resolve));
    },
    stats: () => ({ ...counts, waitingAppends: waiting.length }),
  };
}

function toRefusal(batch: AppendBatch, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const text = `Cannot hand the events of source "${batch.source}" to the writer: ${reason}`;
  return new StoreError('io', text, { cause });
}

/** A batch of rejects or cursors alone still costs the writer something. */
function sizeOf(batch: AppendBatch): number {
  return batch.events.length + batch.rejects.length + 1;
}

/** Little more than positions comes back from the writer: the events themselves are still here. */
function toAppendResult(
  batch: AppendBatch,
  { positions, amended }: Extract<BatchOutcome, { positions: unknown }>,
): AppendResult {
  const stored: JournalEvent[] = [];
  const outcomes: EventOutcome[] = [];
  let duplicate = 0;
  let conflicts = 0;
  batch.events.forEach((event, i) => {
    const position = positions[i] ?? CONFLICT;
    outcomes.push(toOutcome(position));
    if (position === DUPLICATE) duplicate += 1;
    else if (position === CONFLICT) conflicts += 1;
    else stored.push(toJournalEvent(batch, amended?.get(i) ?? event, position));
  });
  const rejected = conflicts + batch.rejects.length;
  return { stored, outcomes, accepted: stored.length, duplicate, rejected };
}

function toOutcome(position: number): EventOutcome {
  if (position === DUPLICATE) return 'duplicate';
  return position === CONFLICT ? 'conflict' : position;
}

function toJournalEvent(batch: AppendBatch, event: PreparedEvent, seq: number): JournalEvent {
  const position = { seq, organismId: batch.organismId, source: batch.source };
  if (event.type !== 'usage') return { ...event, ...position };
  const { costNanos = null, price = null } = event;
  return { ...event, ...position, costNanos, price };
}
