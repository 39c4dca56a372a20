import type { JournalEvent } from '#organism/event.ts';
import type { OrganismState } from '#organism/state.ts';

import type { Audience, Batch, LiveSubscriber } from './audience.ts';
import { createAudience, createBatch, joinBatches } from './audience.ts';
import { createBatchWriter, writeOut } from './batch-frames.ts';
import type { ResetReason } from './catch-up.ts';
import { createCatchUp } from './catch-up.ts';
import type { ContractBatch } from './contract-frames.ts';
import { createContractBatch } from './contract-frames.ts';
import type { LiveSelection } from './live-selection.ts';
import { EVERYTHING } from './live-selection.ts';
import type { Publication } from './organisms.ts';
import { createPacing, flushesPerFilteredWrite } from './pacing.ts';
import { textFrame } from './text-frame.ts';
import type { Timers } from './timers.ts';

/** Nothing is written out for nobody; but who just left may come back and ask what was missed. */
const UNWATCHED_AFTER_MS = 30_000;

export interface ContractSubscriber {
  onBatch(batch: ContractBatch): void;
}

/** A place in the stream. Whoever takes it has been served up to the channel's position. */
export interface Membership {
  /** Serves the reader up to the channel's position, where its filter held it back. */
  align(): void;
  leave(): void;
}

/**
 * One organism's stream: collects what is published and hands it on, serialised once for all.
 * Buffers are WebSocket frames, or pieces of them, ready for the wire.
 */
export interface Channel {
  readonly organismId: string;
  /** Journal position up to which subscribers have been served. */
  readonly position: number;
  readonly state: OrganismState;
  publish(publication: Publication): void;
  /** Sends what waits. After it, `position` is the picture's own position. */
  flush(): void;
  /** From memory, or null when memory has it not. */
  batchesAfter(position: number, selection: LiveSelection): readonly Buffer[] | null;
  batchOf(from: number, to: number, events: readonly JournalEvent[]): readonly Buffer[];
  /** A snapshot and what came after it, up to `position`. Flush first. */
  reset(reason: ResetReason, selection: LiveSelection): readonly Buffer[];
  heartbeat(): Buffer;
  join(subscriber: LiveSubscriber, selection: LiveSelection): Membership;
  joinContract(subscriber: ContractSubscriber): Pick<Membership, 'leave'>;
  stop(): void;
}

export function createChannel(deps: {
  initial: OrganismState;
  epoch: string;
  now: () => number;
  timers: Timers;
}): Channel {
  const { epoch, now, timers } = deps;
  const writer = createBatchWriter(epoch, now);
  const catchUp = createCatchUp({ epoch, now, writer });
  const pacing = createPacing();
  const audiences = new Map<string, Audience>();
  const contract = new Set<ContractSubscriber>();
  let state = deps.initial;
  let flushed = deps.initial;
  let position = deps.initial.seq;
  let pending: JournalEvent[] = [];
  let cancelTimer: (() => void) | null = null;
  let nextFlushAt = Number.NEGATIVE_INFINITY;
  let lastLeftAt = timers.monotonicMs();
  let tickMs = 0;
  /** What readers with a filter have not been handed yet. */
  let held: Batch[] = [];

  function schedule(): void {
    if (cancelTimer !== null) return;
    const waitMs = Math.ceil(nextFlushAt - timers.monotonicMs());
    cancelTimer = waitMs > 0 ? timers.setTimeout(tick, waitMs) : timers.setImmediate(tick);
  }

  function cancelFlush(): void {
    cancelTimer?.();
    cancelTimer = null;
  }

  function flush(): void {
    hand(true);
  }

  function tick(): void {
    hand(pending.length === 0 || held.length + 1 >= flushesPerFilteredWrite(tickMs));
    // Nobody may publish again: what is held does not wait for that.
    if (held.length > 0) schedule();
  }

  function hand(isFilteredDue: boolean): void {
    cancelFlush();
    if (pending.length + held.length === 0) return;
    const startedAt = timers.monotonicMs();
    if (pending.length > 0) flushPending();
    if (isFilteredDue) releaseHeld();
    tickMs = pacing.tickAfter(timers.monotonicMs() - startedAt);
    nextFlushAt = startedAt + tickMs;
  }

  function flushPending(): void {
    const events = pending;
    pending = [];
    serveLive(events);
    if (contract.size > 0) {
      const batch = createContractBatch(events, flushed, state);
      for (const subscriber of contract) subscriber.onBatch(batch);
    }
    flushed = state;
  }

  function serveLive(events: readonly JournalEvent[]): void {
    const range = { from: position, to: state.seq };
    const written = writeOut(events);
    const frames = writer.write(range.from, range.to, written);
    position = range.to;
    catchUp.keep(frames);
    const batch = createBatch(range, written, frames);
    audiences.get(EVERYTHING.key)?.serve(batch);
    const isFiltered = audiences.size > (audiences.has(EVERYTHING.key) ? 1 : 0);
    if (isFiltered) held.push(batch);
  }

  function releaseHeld(): void {
    if (held.length === 0) return;
    const batch = joinBatches(held);
    held = [];
    for (const [key, audience] of audiences) if (key !== EVERYTHING.key) audience.serve(batch);
  }

  function isUnwatched(): boolean {
    const isEmpty = audiences.size === 0 && contract.size === 0;
    return isEmpty && timers.monotonicMs() - lastLeftAt > UNWATCHED_AFTER_MS;
  }

  /** Goes on without writing anything out: whoever comes gets a snapshot, or reads the store. */
  function skip(): void {
    cancelFlush();
    pending = [];
    held = [];
    flushed = state;
    position = state.seq;
    catchUp.clear();
  }

  function leave(key: string, audience: Audience, subscriber: LiveSubscriber): void {
    audience.delete(subscriber);
    if (audience.members.size === 0 && audiences.get(key) === audience) audiences.delete(key);
    lastLeftAt = timers.monotonicMs();
  }

  return {
    organismId: deps.initial.organismId,
    get position() {
      return position;
    },
    get state() {
      return state;
    },
    publish(publication) {
      state = publication.state;
      if (isUnwatched()) return skip();
      for (const event of publication.events) pending.push(event);
      schedule();
    },
    flush,
    batchesAfter: (since, selection) => catchUp.after(since, position, selection),
    batchOf: (from, to, events) => writer.write(from, to, writeOut(events)).map(({ wire }) => wire),
    reset: (reason, selection) => catchUp.reset({ state, to: position }, reason, selection),
    heartbeat: () =>
      textFrame(JSON.stringify({ kind: 'heartbeat', epoch, to: position, sentAt: now() })),
    join(subscriber, selection) {
      releaseHeld();
      const known = audiences.get(selection.key);
      // Who is there stands where the newcomer does before the next batch covers them both.
      known?.align(position);
      const audience = known ?? createAudience(selection, position, writer);
      audiences.set(selection.key, audience);
      audience.add(subscriber);
      return {
        align() {
          releaseHeld();
          audience.align(position);
        },
        leave: () => leave(selection.key, audience, subscriber),
      };
    },
    joinContract(subscriber) {
      contract.add(subscriber);
      return {
        leave() {
          contract.delete(subscriber);
          lastLeftAt = timers.monotonicMs();
        },
      };
    },
    stop() {
      cancelFlush();
      pending = [];
      held = [];
    },
  };
}
