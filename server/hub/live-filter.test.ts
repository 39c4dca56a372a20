import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import type { EventDraft } from '#organism/event.ts';
import type { LiveFilter } from '#organism/live/protocol.ts';
import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

import type { TestClient, TestHub } from './test-kit.ts';
import {
  TEST_EPOCH,
  agentDraft,
  createTestJournal,
  messageDraft,
  openClient,
  openTestHub,
} from './test-kit.ts';

let kit: TestHub;
afterEach(() => kit.close());

async function openFiltered(filter: LiveFilter, resume: object = {}): Promise<TestClient> {
  const client = await openClient(`${kit.url}/ws`, { protocol: LIVE_SUBPROTOCOL });
  client.send({ cmd: 'resume', filter, ...resume });
  return client;
}

/** Reads until a position is reached, over ranges that follow each other. */
async function readTo(client: TestClient, from: number, to: number): Promise<number[]> {
  const seqs: number[] = [];
  let position = from;
  while (position < to) {
    const frame = await client.next();
    if (frame.kind === 'heartbeat') continue;
    expect(frame).toMatchObject({ kind: 'batch', from: position });
    seqs.push(...frame.events.map(({ seq }) => seq));
    position = frame.to;
  }
  return seqs;
}

const inThread = (id: string, threadId: string, more: object = {}): EventDraft =>
  messageDraft(id, { threadId, ...more });

const mixed: readonly EventDraft[] = [
  agentDraft('planner'),
  inThread('m1', 't1'),
  inThread('m2', 't2'),
  inThread('m3', 't1', { from: 'coder', to: 'critic' }),
  { type: 'raw', key: 'r1', occurredAt: 1, name: 'news', payload: null },
];

describe('filters of organoscope.v1', () => {
  it.each<[string, LiveFilter, number[]]>([
    ['nothing', {}, [1, 2, 3, 4, 5]],
    ['empty lists and nulls', { types: [], agents: null }, [1, 2, 3, 4, 5]],
    ['types', { types: ['message'] }, [2, 3, 4]],
    ['threads, and what has none', { threads: ['t1'] }, [1, 2, 4, 5]],
    ['agents at either end', { types: ['message', 'agent'], agents: ['planner'] }, [1, 2, 3]],
    ['all parts at once', { types: ['message'], agents: ['coder'], threads: ['t1'] }, [2, 4]],
  ])('select by %s', async (_name, filter, expected) => {
    kit = await openTestHub();
    const client = await openFiltered(filter);
    await client.next();
    kit.emit(mixed);
    expect(await readTo(client, 0, 5)).toEqual(expected);
  });

  it('cost nothing while nothing passes, and stand where all stand at the next beat', async () => {
    kit = await openTestHub();
    const client = await openFiltered({ types: ['usage'] });
    const all = await openFiltered({});
    await client.next();
    await all.next();
    kit.emit(mixed);
    await readTo(all, 0, 5);
    kit.beat();
    expect(await client.next()).toMatchObject({ kind: 'batch', from: 0, to: 5, events: [] });
    kit.beat();
    expect(await client.next()).toMatchObject({ kind: 'heartbeat', to: 5 });
  });

  it('cover with the next batch what they left out', async () => {
    kit = await openTestHub();
    const client = await openFiltered({ types: ['raw'] });
    const all = await openFiltered({});
    await client.next();
    await all.next();
    kit.emit([inThread('m1', 't1')]);
    await readTo(all, 0, 1);
    kit.emit([{ type: 'raw', key: 'r1', occurredAt: 1, name: 'news', payload: null }]);
    expect(await client.next()).toMatchObject({ from: 0, to: 2, events: [{ seq: 2 }] });
  });

  it('keep a newcomer and those before it contiguous', async () => {
    kit = await openTestHub();
    const filter = { types: ['message'], threads: ['t2'] };
    const first = await openFiltered(filter);
    await first.next();
    kit.emit([inThread('m1', 't1')]);
    const second = await openFiltered(filter);
    const snapshot = await second.next();
    if (snapshot.kind !== 'reset') throw new Error(`a ${snapshot.kind} instead of a snapshot`);
    kit.emit([inThread('m2', 't2')]);
    expect(await readTo(first, 0, 2)).toEqual([2]);
    // An older snapshot may serve, with what came after it.
    expect(await readTo(second, snapshot.to, 2)).toEqual([2]);
  });

  it('resume at every position, from memory and from the store, while events keep coming', async () => {
    const journal = createTestJournal();
    const draft = (n: number): EventDraft => inThread(`m${n}`, `t${n % 3}`);
    journal.append(
      'one',
      Array.from({ length: 40 }, (_, n) => draft(n)),
    );
    kit = await openTestHub({ journal });
    const witness = await openFiltered({});
    await witness.next();
    let emitted = 40;
    for (let since = 0; since < 60; since += 1) {
      kit.emit([draft(emitted)]);
      emitted += 1;
      const client = await openFiltered({ threads: ['t1'] }, { epoch: TEST_EPOCH, since });
      kit.emit([draft(emitted)]);
      emitted += 1;
      await nextTurn();
      kit.beat();
      const expected = journal.events
        .filter((event) => event.seq > since && (event.seq - 1) % 3 === 1)
        .map(({ seq }) => seq);
      expect(await readTo(client, since, emitted)).toEqual(expected);
      client.ws.terminate();
    }
    expect(journal.reads.length).toBeGreaterThan(1);
  });

  it('give a reader that stopped reading what was meant for it, not what was written since', async () => {
    kit = await openTestHub();
    const paused = await openFiltered({ types: ['message'] });
    const reading = await openFiltered({ types: ['message'] });
    await paused.next();
    await reading.next();
    paused.ws.pause();
    // More than the kernel takes in on both ends.
    const sent = 60;
    for (let n = 1; n <= sent; n += 1) {
      kit.emit([inThread(`m${n}`, 't1', { payload: String(n).padStart(200_000, '.') })]);
      await readTo(reading, n - 1, n);
    }
    paused.ws.resume();
    let position = 0;
    while (position < sent) {
      await nextTurn();
      for (const frame of paused.waiting()) {
        if (frame.kind === 'reset') position = frame.to;
        if (frame.kind !== 'batch') continue;
        expect(frame.from).toBe(position);
        position = frame.to;
        const payloads = frame.events.map((event) => event.type === 'message' && event.payload);
        expect(payloads).toEqual(frame.events.map(({ seq }) => String(seq).padStart(200_000, '.')));
      }
      // A reader that was left behind is told to begin anew with the next one.
      kit.beat();
    }
  });

  it('are refused by name when they cannot be meant', async () => {
    kit = await openTestHub();
    const client = await openFiltered({ types: ['mesage'] });
    expect(await client.next()).toMatchObject({
      kind: 'error',
      code: 'bad-command',
      detail: expect.stringContaining('filter.types: no event has the type "mesage"'),
    });
    client.send({ cmd: 'resume', filter: { thread: ['t1'] } });
    expect(await client.next()).toMatchObject({
      code: 'bad-command',
      detail: expect.stringContaining('filter'),
    });
  });
});
