import type { JournalEvent } from '#organism/event.ts';
import type { OrganismState } from '#organism/state.ts';

import type { Audience, Batch, LiveSubscriber } from './audience.ts';
import { createAudience, createBatch, joinBatches } from './audience.ts';
import { createBatchWriter, writeOut } from './batch-frames.ts';
import type { ResetReason } from './catch-up.ts';
import { createCatchUp } from './catch-up.ts';
import type { ContractBatch } from './contract-frames.ts';
import { createContractBatch } from './contract-frames.ts';
import type { FrameMemory } from './frame-memory.ts';
import type { LiveSelection } from './live-selection.ts';
import { EVERYTHING } from './live-selection.ts';
import type { Publication } from './organisms.ts';
import { createPacing, FILTERED_PACE, FLUSH_PACE } from './pacing.ts';
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
  /** Nothing is in it between two calls: all channels may share it. */
  memory: FrameMemory;
}): Channel {
  const { epoch, now, timers, memory } = deps;
  const writer = createBatchWriter(epoch, now);
  const catchUp = createCatchUp({ epoch, now, writer });
  const flushPacing = createPacing(FLUSH_PACE);
  const filteredPacing = createPacing(FILTERED_PACE);
  const audiences = new Map<string, Audience>();
  const contract = new Set<ContractSubscriber>();
  let state = deps.initial;
  let flushed = deps.initial;
  let position = deps.initial.seq;
  let pending: JournalEvent[] = [];
  let timer: { readonly dueAt: number; readonly cancel: () => void } | null = null;
  let nextFlushAt = Number.NEGATIVE_INFINITY;
  /** Of what is held for readers with a filter. */
  let nextReleaseAt = Number.NEGATIVE_INFINITY;
  let lastLeftAt = timers.monotonicMs();
  /** What readers with a filter have not been handed yet. */
  let held: Batch[] = [];

  function hasFiltered(): boolean {
    return audiences.size > (audiences.has(EVERYTHING.key) ? 1 : 0);
  }

  function nextDueAt(): number {
    const isOnlyFiltered = hasFiltered() && !audiences.has(EVERYTHING.key) && contract.size === 0;
    // Written out once for each time it is handed to somebody.
    return pending.length === 0 || isOnlyFiltered ? nextReleaseAt : nextFlushAt;
  }

  function schedule(): void {
    const dueAt = nextDueAt();
    if (timer !== null && timer.dueAt <= dueAt) return;
    cancelFlush();
    const waitMs = Math.ceil(dueAt - timers.monotonicMs());
    const cancel = waitMs > 0 ? timers.setTimeout(tick, waitMs) : timers.setImmediate(tick);
    timer = { dueAt, cancel };
  }

  function cancelFlush(): void {
    timer?.cancel();
    timer = null;
  }

  function flush(): void {
    hand(true);
  }

  function tick(): void {
    hand(timers.monotonicMs() >= nextReleaseAt);
    // Nobody may publish again: what is held does not wait for that.
    if (held.length > 0) schedule();
  }

  function hand(isFilteredDue: boolean): void {
    cancelFlush();
    if (pending.length > 0) {
      const startedAt = timers.monotonicMs();
      flushPending();
      nextFlushAt = startedAt + flushPacing.tickAfter(timers.monotonicMs() - startedAt);
    }
    if (isFilteredDue) releaseHeld();
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
    audiences.get(EVERYTHING.key)?.serve(batch, memory);
    if (hasFiltered()) held.push(batch);
  }

  function releaseHeld(): void {
    if (held.length === 0) return;
    const startedAt = timers.monotonicMs();
    const batch = joinBatches(held, memory);
    held = [];
    let hasLeft = true;
    for (const [key, audience] of audiences) {
      if (key !== EVERYTHING.key) hasLeft = audience.serve(batch, memory) && hasLeft;
    }
    memory.release(hasLeft);
    nextReleaseAt = startedAt + filteredPacing.tickAfter(timers.monotonicMs() - startedAt);
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
