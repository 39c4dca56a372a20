import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { applyAll } from '#organism/apply.ts';
import { LIVE_SUBPROTOCOL, liveFrameSchema } from '#organism/live/protocol.ts';
import { fromSnapshot, toSnapshot } from '#organism/snapshot.ts';

import type { Frame, TestClient, TestHub } from './test-kit.ts';
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

const live = { protocol: LIVE_SUBPROTOCOL };

async function openLive(resume: object = {}): Promise<TestClient> {
  const client = await openClient(`${kit.url}/ws`, live);
  client.send({ cmd: 'resume', ...resume });
  return client;
}

/** Reads until a position is reached, checking that nothing is missed or repeated. */
async function readTo(client: TestClient, from: number, to: number): Promise<number[]> {
  const seqs: number[] = [];
  let position = from;
  while (position < to) {
    const frame = await client.next();
    expect(liveFrameSchema.safeParse(frame).success).toBe(true);
    if (frame.kind === 'heartbeat') continue;
    expect(frame).toMatchObject({ kind: 'batch', epoch: TEST_EPOCH, from: position });
    for (const event of frame.events) seqs.push(event.seq);
    position = frame.to;
  }
  return seqs;
}

describe('organoscope.v1', () => {
  it('starts a first visit with a snapshot and goes on with batches', async () => {
    kit = await openTestHub();
    kit.emit([agentDraft('planner'), messageDraft('m1')]);
    const client = await openLive();
    const reset = await client.next();
    expect(reset).toMatchObject({ kind: 'reset', reason: 'first', epoch: TEST_EPOCH });
    expect(reset.snapshot).toMatchObject({ organismId: 'one', seq: 2 });
    kit.emit([messageDraft('m2')]);
    expect(await readTo(client, 2, 3)).toEqual([3]);
  });

  it('leaves the client with the same picture as the server', async () => {
    kit = await openTestHub();
    kit.emit([agentDraft('planner')]);
    const client = await openLive();
    const reset = await client.next();
    let state = fromSnapshot(reset.snapshot);
    kit.emit([messageDraft('m1'), messageDraft('m2')]);
    kit.emit([messageDraft('m3')]);
    while (state.seq < 4) state = applyAll(state, (await client.next()).events);
    const own = kit.organisms.get('one');
    expect(JSON.parse(JSON.stringify(toSnapshot(state)))).toEqual(
      JSON.parse(JSON.stringify(toSnapshot(own!))),
    );
  });

  it('sends what one turn brought in one batch', async () => {
    kit = await openTestHub();
    const client = await openLive();
    await client.next();
    for (let n = 1; n <= 50; n += 1) kit.emit([messageDraft(`m${n}`)]);
    const batch = await client.next();
    expect(batch).toMatchObject({ from: 0, to: 50 });
    expect(batch.events).toHaveLength(50);
  });

  it('says nothing was missed', async () => {
    kit = await openTestHub();
    kit.emit([messageDraft('m1')]);
    const client = await openLive({ epoch: TEST_EPOCH, since: 1 });
    expect(await client.next()).toMatchObject({ kind: 'heartbeat', to: 1 });
  });

  it('resumes from memory without reading the store', async () => {
    kit = await openTestHub();
    const first = await openLive();
    await first.next();
    kit.emit([messageDraft('m1')]);
    await readTo(first, 0, 1);
    first.ws.terminate();
    kit.emit([messageDraft('m2')]);
    kit.emit([messageDraft('m3')]);
    kit.journal.reads.length = 0;
    const again = await openLive({ epoch: TEST_EPOCH, since: 1 });
    expect(await readTo(again, 1, 3)).toEqual([2, 3]);
    expect(kit.journal.reads).toEqual([]);
  });

  it('resumes from the store, at any position, while events keep coming', async () => {
    const journal = createTestJournal();
    journal.append(
      'one',
      Array.from({ length: 2500 }, (_, n) => messageDraft(`old${n}`)),
    );
    kit = await openTestHub({ journal });
    const client = await openLive({ epoch: TEST_EPOCH, since: 7 });
    const all: number[] = [];
    const reading = readTo(client, 7, 2600).then((seqs) => all.push(...seqs));
    for (let n = 0; n < 100; n += 1) {
      kit.emit([messageDraft(`new${n}`)]);
      await nextTurn();
    }
    await reading;
    expect(all).toEqual(Array.from({ length: 2593 }, (_, n) => n + 8));
    expect(journal.reads.length).toBeGreaterThan(1);
  });

  it('covers positions of other organisms in its ranges', async () => {
    kit = await openTestHub({ organisms: ['one', 'two'] });
    const client = await openLive({ organism: 'two' });
    expect((await client.next()).snapshot.organismId).toBe('two');
    kit.emit([messageDraft('a')], 'one');
    kit.emit([messageDraft('b')], 'two');
    expect(await readTo(client, 0, 2)).toEqual([2]);
  });

  it.each([
    ['another epoch', { epoch: 'epoch-0', since: 1 }, 'epoch'],
    ['no epoch', { since: 1 }, 'epoch'],
    ['a position beyond ours', { epoch: TEST_EPOCH, since: 9 }, 'epoch'],
  ])('resets on %s', async (_name, resume, reason) => {
    kit = await openTestHub();
    kit.emit([messageDraft('m1')]);
    const client = await openLive(resume);
    expect(await client.next()).toMatchObject({ kind: 'reset', reason, snapshot: { seq: 1 } });
  });

  it('resets after too long an absence instead of replaying it', async () => {
    const journal = createTestJournal();
    journal.append(
      'one',
      Array.from({ length: 21_000 }, (_, n) => messageDraft(`m${n}`)),
    );
    kit = await openTestHub({ journal });
    const client = await openLive({ epoch: TEST_EPOCH, since: 1 });
    const reset = await client.until((frame) => frame.kind === 'reset');
    expect(reset).toMatchObject({ reason: 'too-old', snapshot: { seq: 21_000 } });
  });

  it('resets one who missed what is no longer kept, and replays to one who did not', async () => {
    const journal = createTestJournal();
    journal.append(
      'one',
      Array.from({ length: 10 }, (_, n) => messageDraft(`m${n}`)),
    );
    journal.prunedThrough = () => 4;
    kit = await openTestHub({ journal });
    const late = await openLive({ epoch: TEST_EPOCH, since: 3 });
    expect(await late.next()).toMatchObject({ kind: 'reset', reason: 'too-old' });
    const inTime = await openLive({ epoch: TEST_EPOCH, since: 4 });
    expect(await inTime.next()).toMatchObject({ kind: 'batch', from: 4, to: 10 });
  });

  it('resets when the store cannot be read', async () => {
    const journal = createTestJournal();
    journal.append('one', [messageDraft('m1'), messageDraft('m2')]);
    kit = await openTestHub({ journal });
    journal.readEvents = () => Promise.reject(new Error('disk gone'));
    const client = await openLive({ epoch: TEST_EPOCH, since: 1 });
    expect(await client.next()).toMatchObject({ kind: 'reset', reason: 'too-old' });
  });

  it('switches the organism on another resume', async () => {
    kit = await openTestHub({ organisms: ['one', 'two'] });
    const client = await openLive({ organism: 'one' });
    await client.next();
    client.send({ cmd: 'resume', organism: 'two' });
    expect((await client.next()).snapshot.organismId).toBe('two');
    kit.emit([messageDraft('a')], 'one');
    kit.emit([messageDraft('b')], 'two');
    expect(await readTo(client, 0, 2)).toEqual([2]);
  });

  it('reads the store once for one who resumes again and again while it reads', async () => {
    const journal = createTestJournal();
    journal.append(
      'one',
      Array.from({ length: 10 }, (_, n) => messageDraft(`m${n}`)),
    );
    kit = await openTestHub({ journal });
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const reads: number[] = [];
    journal.readEvents = async ({ since }) => {
      reads.push(since);
      await opened;
      return journal.events.filter(({ seq }) => seq > since);
    };
    const client = await openLive({ epoch: TEST_EPOCH, since: 1 });
    await expect.poll(() => reads).toEqual([1]);
    for (let since = 2; since <= 9; since += 1) {
      client.send({ cmd: 'resume', epoch: TEST_EPOCH, since });
    }
    client.send('{fence');
    expect(await client.next()).toMatchObject({ kind: 'error' });
    open();
    expect(await client.next()).toMatchObject({ kind: 'batch', from: 9, to: 10 });
    // The read that was under way, and the one for what was asked for last.
    expect(reads).toEqual([1, 9]);
  });

  it('ends one who asks on without reading the answers', async () => {
    kit = await openTestHub();
    const payload = { text: 'x'.repeat(500_000) };
    kit.emit([messageDraft('big', { payload })]);
    const client = await openLive();
    await client.next();
    client.ws.pause();
    for (let n = 0; n < 200 && kit.hub.counters().slow === 0; n += 1) {
      client.send({ cmd: 'resume' });
      await nextTurn();
    }
    expect(kit.hub.counters()).toMatchObject({ slow: 1 });
    client.ws.resume();
    expect(await client.closed).toBe(1013);
  });

  it('answers what it does not understand, and stays open', async () => {
    kit = await openTestHub();
    const client = await openClient(`${kit.url}/ws`, live);
    for (const command of ['{oops', [1], { cmd: 'dance' }, { cmd: 'resume', since: -1 }]) {
      client.send(command);
      expect(await client.next()).toMatchObject({ kind: 'error', code: 'bad-command' });
    }
    client.send({ cmd: 'resume', organism: 'nobody' });
    expect(await client.next()).toMatchObject({ kind: 'error', code: 'unknown-organism' });
    client.send({ cmd: 'resume' });
    expect(await client.next()).toMatchObject({ kind: 'reset' });
  });

  it('beats, so that silence is never taken for health', async () => {
    kit = await openTestHub();
    const client = await openLive();
    await client.next();
    kit.beat();
    expect(await client.next()).toMatchObject({ kind: 'heartbeat', to: 0 });
  });

  it('ends a socket that never says where it stands', async () => {
    kit = await openTestHub();
    const client = await openClient(`${kit.url}/ws`, live);
    for (let n = 0; n < 6; n += 1) kit.beat();
    expect(await client.closed).toBe(1008);
  });

  it('leaves a slow reader behind, then starts it over, and others do not wait', async () => {
    kit = await openTestHub();
    const slow = await openLive();
    const quick = await openLive();
    await slow.next();
    await quick.next();
    slow.ws.pause();
    let emitted = 0;
    while (kit.hub.counters().slow === 0) {
      emitted += 1;
      kit.emit([messageDraft(`big${emitted}`, { payload: { text: 'x'.repeat(500_000) } })]);
      expect(await readTo(quick, emitted - 1, emitted)).toEqual([emitted]);
    }
    slow.ws.resume();
    let reset: Frame | undefined;
    while (reset === undefined) {
      kit.beat();
      await nextTurn();
      reset = slow.waiting().find((frame) => frame.kind === 'reset');
    }
    expect(reset).toMatchObject({ reason: 'slow', snapshot: { seq: emitted } });
  });

  it('ends a reader that never drains', async () => {
    kit = await openTestHub();
    const slow = await openLive();
    const quick = await openLive();
    await slow.next();
    await quick.next();
    slow.ws.pause();
    for (let n = 0; kit.hub.counters().slow === 0; n += 1) {
      kit.emit([messageDraft(`big${n}`, { payload: { text: 'x'.repeat(500_000) } })]);
      await quick.next();
    }
    for (let n = 0; n < 16; n += 1) kit.beat();
    slow.ws.resume();
    expect(await slow.closed).toBe(1006);
  });
});
