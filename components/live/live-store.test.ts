import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { applyAll } from '#organism/apply.ts';
import { ARBITRARY_ORGANISM, arbitraryJournal } from '#organism/arbitrary-events.ts';
import type { JournalEvent } from '#organism/event.ts';
import type { LiveFrame } from '#organism/live/protocol.ts';
import { liveFrameSchema } from '#organism/live/protocol.ts';
import { toSnapshot } from '#organism/snapshot.ts';
import { emptyOrganism } from '#organism/state.ts';

import { createLiveServerModel } from './live-server-model.ts';
import { createLiveStore } from './live-store.ts';

const EMPTY = emptyOrganism(ARBITRARY_ORGANISM);
const NOW = Date.parse('2026-11-21T12:00:00Z');
type StoreFrame = Exclude<LiveFrame, { kind: 'error' }>;

function setUp() {
  const frames: (() => void)[] = [];
  let now = NOW;
  const store = createLiveStore({ now: () => now, scheduleFrame: (task) => frames.push(task) });
  return {
    store,
    frames,
    paint: () => frames.splice(0).forEach((task) => task()),
    advance: (ms: number) => (now += ms),
  };
}

function raw(seq: number): JournalEvent {
  return {
    type: 'raw',
    name: 'odd',
    payload: null,
    key: `k${seq}`,
    seq,
    organismId: ARBITRARY_ORGANISM,
    source: 'lab',
    occurredAt: NOW,
    receivedAt: NOW,
  };
}

function message(seq: number): Extract<JournalEvent, { type: 'message' }> {
  const ends = { threadId: 't1', from: 'planner', to: 'coder' };
  return {
    ...raw(seq),
    type: 'message',
    id: `m${seq}`,
    ...ends,
    payloadType: 'Task',
    payload: 'so',
  };
}

const reset = (to = 0, epoch = 'e1'): StoreFrame => ({
  kind: 'reset',
  epoch,
  reason: 'first',
  to,
  snapshot: { ...toSnapshot(EMPTY), seq: to },
  sentAt: NOW,
});
const batch = (from: number, to: number, seqs: readonly number[], epoch = 'e1'): StoreFrame =>
  batchOf(from, to, seqs.map(raw), epoch);
function batchOf(
  from: number,
  to: number,
  events: JournalEvent[],
  epoch = 'e1',
): Extract<StoreFrame, { kind: 'batch' }> {
  return { kind: 'batch', epoch, from, to, events, sentAt: NOW };
}
const heartbeat = (to: number, sentAt = NOW): StoreFrame => ({
  kind: 'heartbeat',
  epoch: 'e1',
  to,
  sentAt,
});

describe('the live store', () => {
  it('starts empty and connecting, with one view for every server render', () => {
    const { store } = setUp();
    expect(store.getSnapshot()).toMatchObject({ isLoaded: false, status: { kind: 'connecting' } });
    expect(store.getServerSnapshot()).toBe(setUp().store.getServerSnapshot());
  });

  it('shows a snapshot and any number of batches once per animation frame', () => {
    const { store, frames, paint } = setUp();
    let shown = 0;
    store.subscribe(() => (shown += 1));
    store.receive(reset());
    store.receive(batch(0, 2, [1, 2]));
    store.receive(batch(2, 5, [4]));
    expect(frames).toHaveLength(1);
    expect(store.getSnapshot().isLoaded).toBe(false);
    expect(store.position()).toEqual({ epoch: 'e1', since: 5 });
    paint();
    expect(shown).toBe(1);
    expect(store.getSnapshot().organism.counts.events).toBe(3);
    expect(store.getSnapshot().isLoaded).toBe(true);
  });

  it('does not wake anyone for a batch that holds only what others did', () => {
    const { store, frames, paint } = setUp();
    store.receive(reset());
    paint();
    const before = store.getSnapshot();
    expect(store.receive(batch(0, 9, []))).toBe('fits');
    expect(frames).toHaveLength(0);
    expect(store.getSnapshot()).toBe(before);
    expect(store.position()?.since).toBe(9);
  });

  it.each([
    ['before any snapshot', [], batch(0, 1, [1])],
    ['that skips positions', [reset()], batch(3, 4, [4])],
    ['of another store', [reset()], batch(0, 1, [1], 'e2')],
    ['that beats ahead of us', [reset()], heartbeat(7)],
  ])('takes nothing from a frame %s', (_what, before, frame) => {
    const { store, paint } = setUp();
    for (const each of before) store.receive(each);
    const position = store.position();
    expect(store.receive(frame)).toBe('gap');
    paint();
    expect(store.position()).toEqual(position);
    expect(store.getSnapshot().organism.counts.events).toBe(0);
  });

  it('counts a repeated or overlapping batch once', () => {
    const { store, paint } = setUp();
    store.receive(reset());
    store.receive(batch(0, 2, [1, 2]));
    expect(store.receive(batch(0, 2, [1, 2]))).toBe('fits');
    expect(store.receive(batch(1, 3, [2, 3]))).toBe('fits');
    paint();
    expect(store.getSnapshot().organism.counts.events).toBe(3);
    expect(store.position()?.since).toBe(3);
  });

  it('folds at once when too much waits for a paint, and drops nothing', () => {
    const { store } = setUp();
    store.receive(reset());
    const seqs = Array.from({ length: 5000 }, (_, index) => index + 1);
    store.receive(batch(0, 5000, seqs));
    expect(store.getSnapshot().organism.counts.events).toBe(5000);
  });

  it('takes the place of everything queued with a reset', () => {
    const { store, paint } = setUp();
    store.receive(reset());
    store.receive(batch(0, 90, [80, 90]));
    store.receive(reset(50, 'e2'));
    store.receive(batch(50, 51, [51], 'e2'));
    paint();
    expect(store.getSnapshot().organism.counts.events).toBe(1);
    expect(store.position()).toEqual({ epoch: 'e2', since: 51 });
  });

  it('asks for the whole picture after it was told to forget its place, and keeps showing it', () => {
    const { store, paint } = setUp();
    store.receive(reset());
    store.receive(batch(0, 1, [1]));
    paint();
    store.forgetPosition();
    expect(store.position()).toBeNull();
    expect(store.getSnapshot().organism.counts.events).toBe(1);
  });

  it('keeps what was told again of messages, as long as the journal is the same', () => {
    const { store, paint } = setUp();
    const told: JournalEvent = {
      ...message(3),
      payload: 'all of it',
      amends: { seq: 1, key: 'k1' },
    };
    store.receive(reset());
    store.receive(batchOf(0, 3, [message(1), message(2), told]));
    paint();
    expect(store.getSnapshot().amendments).toEqual([told]);
    store.receive(reset(9));
    paint();
    expect(store.getSnapshot().amendments).toEqual([told]);
    store.receive(reset(9, 'e2'));
    paint();
    expect(store.getSnapshot().amendments).toEqual([]);
  });

  it('tells the lag of a live connection, at most once a second', () => {
    const { store, advance } = setUp();
    store.receive(reset());
    store.setStatus({ kind: 'live', lagMs: null, since: NOW });
    expect(store.getSnapshot().status).toMatchObject({ lagMs: 0 });
    advance(2000);
    store.receive(heartbeat(0, NOW + 1600));
    expect(store.getSnapshot().status).toMatchObject({ lagMs: 400 });
    advance(500);
    store.receive(heartbeat(0, NOW + 2500));
    expect(store.getSnapshot().status).toMatchObject({ lagMs: 400 });
    advance(600);
    store.receive(heartbeat(0, NOW + 3100));
    expect(store.getSnapshot().status).toMatchObject({ lagMs: 0 });
  });

  it("guesses the server's clock from the frame that travelled fastest", () => {
    const { store, advance } = setUp();
    expect(store.serverNow()).toBe(NOW);
    store.receive({ ...heartbeat(0), sentAt: NOW + 60_000 - 300 });
    advance(1000);
    store.receive({ ...heartbeat(0), sentAt: NOW + 61_000 - 5 });
    expect(store.serverNow()).toBe(NOW + 61_000 - 5);
  });
});

describe('resuming', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('append' as const) },
    { weight: 4, arbitrary: fc.constant('deliver' as const) },
    { weight: 2, arbitrary: fc.constant('paint' as const) },
    fc.constantFrom(...(['reconnect', 'lose', 'repeat', 'restore'] as const)),
  );

  it('anywhere loses nothing and repeats nothing', () => {
    fc.assert(
      fc.property(
        arbitraryJournal({ maxLength: 40 }),
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom(3, 1000),
        (journal, steps, retained) => {
          // Every other position is another organism's.
          const events = journal.map((event) => ({ ...event, seq: event.seq * 2 }));
          const { store, paint } = setUp();
          const waiting = [...events];
          const options = { organismId: ARBITRARY_ORGANISM, now: () => NOW, retained };
          let server = createLiveServerModel(options);
          let last: StoreFrame | null = null;

          const hear = (frame: LiveFrame) => {
            const overTheWire = liveFrameSchema.parse(JSON.parse(JSON.stringify(frame)));
            if (overTheWire.kind === 'error') throw new Error(overTheWire.detail);
            last = overTheWire;
            if (store.receive(overTheWire) === 'gap') resume();
          };
          const resume = () => {
            const position = store.position();
            hear(
              server.resume({
                cmd: 'resume',
                epoch: position?.epoch ?? null,
                since: position?.since ?? null,
              }),
            );
          };

          resume();
          for (const each of steps) {
            if (each === 'append') server.append(waiting.splice(0, 3));
            if (each === 'deliver') hear(server.next());
            if (each === 'paint') paint();
            if (each === 'reconnect') resume();
            if (each === 'lose') server.next();
            if (each === 'repeat' && last !== null) store.receive(last);
            if (each === 'restore') {
              // The same history in a new store: positions mean nothing there.
              const restored = createLiveServerModel({ ...options, epoch: `${server.epoch}+` });
              restored.append(events.slice(0, events.length - waiting.length));
              server = restored;
              resume();
            }
          }
          server.append(waiting);
          hear(server.next());
          hear(server.next());
          paint();
          expect(store.getSnapshot().organism).toEqual(applyAll(EMPTY, events));
          expect(store.position()?.since).toBe(server.head);
        },
      ),
    );
  });
});
