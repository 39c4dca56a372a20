import { afterEach, describe, expect, test, vi } from 'vitest';

import type { LabFault } from '#lab/agentserver/faults.ts';
import { parseFaults } from '#lab/agentserver/faults.ts';
import type { LabAgentServer, LabOptions } from '#lab/agentserver/server.ts';
import { createLabAgentServer } from '#lab/agentserver/server.ts';

import type { Source } from '../source.ts';
import type { Meddler } from '../testing/meddler.ts';
import { startMeddler } from '../testing/meddler.ts';
import type { Recorder } from '../testing/recorder.ts';
import { createRecorder } from '../testing/recorder.ts';
import { createAgentServerSource } from './agentserver-source.ts';
import type { Intervals } from './intervals.ts';
import { FAST } from './testing/fast.ts';

/** The points a consumer of the real server must survive, by their number in the protocol notes. */

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const REAL = parseFaults(['real']);

async function startLab(
  faults: readonly LabFault[],
  options: LabOptions = {},
): Promise<{ lab: LabAgentServer; url: string }> {
  const lab = createLabAgentServer({ seed: 3, faults, ...options });
  const { url } = await lab.start();
  stops.push(() => lab.stop());
  return { lab, url };
}

async function watch(
  url: string,
  recorder: Recorder = createRecorder(),
  intervals: Partial<Intervals> = {},
): Promise<Source> {
  const source = createAgentServerSource(
    { name: 'lab', url, organismId: 'lab', intervals: { ...FAST, ...intervals }, apiKey: 'secret' },
    recorder.deps,
  );
  stops.push(() => source.stop());
  await source.start();
  return source;
}

async function meddle(url: string): Promise<Meddler> {
  const meddler = await startMeddler(url);
  stops.push(() => meddler.stop());
  return meddler;
}

const lastStatus = (recorder: Recorder) => recorder.of('source_status').at(-1);
const hasMessages = (recorder: Recorder, lab: LabAgentServer) =>
  recorder.of('message').length >= lab.record.messageIds.length;
/** Each delivery brings more, until the condition holds. */
const untilWhilePlaying = (
  recorder: Recorder,
  lab: LabAgentServer,
  condition: () => boolean,
): Promise<void> =>
  recorder.until('news', () => {
    const isMet = condition();
    if (!isMet) lab.step(5);
    return isMet;
  });

test('1: a socket that dies on timestamps is found out and everything comes by REST', async () => {
  const { lab, url } = await startLab(REAL);
  lab.step(300);
  const recorder = createRecorder();
  await watch(url, recorder);
  await recorder.until('polling', () => lastStatus(recorder)?.state === 'polling');
  expect(lastStatus(recorder)?.socketMode).toBe('nothing');
  lab.step(300);
  await recorder.until('the messages', () => hasMessages(recorder, lab));
  await recorder.until('the states', () => {
    const states = new Map(recorder.of('agent_state').map((draft) => [draft.agent, draft.state]));
    const agents = [...lab.world.agents.values()];
    return agents.every((agent) => states.get(agent.member.name) === agent.state);
  });
  expect(recorder.of('message')).toHaveLength(lab.record.messageIds.length);
  expect(recorder.of('source_status').some((draft) => draft.state === 'live')).toBe(false);
});

test('2: a socket opened early lives without messages, and a probe does not harm it', async () => {
  const { lab, url } = await startLab(REAL);
  const meddler = await meddle(url);
  let isSubscribed = false;
  meddler.onFrame((text) => {
    isSubscribed ||= text.includes('"subscribed"');
    if (isSubscribed) recorder.poke();
    return [text];
  });
  const recorder = createRecorder();
  await watch(meddler.url, recorder);
  // A message before the filter takes hold would drop the socket, and nothing could be done.
  await recorder.until('the subscription', () => isSubscribed);
  await untilWhilePlaying(
    recorder,
    lab,
    () => lastStatus(recorder)?.socketMode === 'all-but-messages',
  );
  lab.step(300);
  await recorder.until('the messages', () => hasMessages(recorder, lab));
  expect(lastStatus(recorder)).toMatchObject({
    state: 'live',
    socketMode: 'all-but-messages',
  });
  await vi.waitFor(() => expect(meddler.openSockets).toBe(1));
  expect(meddler.mostSockets).toBeLessThanOrEqual(2);
  // More states than polls could see: they came over the socket.
  await recorder.until(
    'the states',
    () => recorder.of('agent_state').length >= lab.record.emitted.agent_state,
  );
});

test('2: a server that drops its probe silently is told from one that delivers', async () => {
  const { lab, url } = await startLab(['silent-drop']);
  const meddler = await meddle(url);
  const recorder = createRecorder();
  // Beats far apart: a watchdog that takes a filtered socket's quiet for death is another test's.
  await watch(meddler.url, recorder, { overviewLiveMs: 2000 });
  await recorder.until('live', () => lastStatus(recorder)?.state === 'live');
  await untilWhilePlaying(
    recorder,
    lab,
    () => lastStatus(recorder)?.socketMode === 'all-but-messages',
  );
  await recorder.until('the messages', () => hasMessages(recorder, lab));
  expect(meddler.mostSockets).toBeLessThanOrEqual(2);
  await vi.waitFor(() => expect(meddler.openSockets).toBe(1));
});

test('2: a server that delivers messages is used for them', async () => {
  const { lab, url } = await startLab([]);
  const meddler = await meddle(url);
  const recorder = createRecorder();
  await watch(meddler.url, recorder);
  await recorder.until('live', () => lastStatus(recorder)?.state === 'live');
  await untilWhilePlaying(recorder, lab, () => lastStatus(recorder)?.socketMode === 'all');
  lab.step(100);
  await recorder.until('the messages', () => hasMessages(recorder, lab));
  expect(meddler.mostSockets).toBeLessThanOrEqual(2);
});

test('3: a socket that is open but dead is swapped, and nothing is lost', async () => {
  const { lab, url } = await startLab([]);
  const meddler = await meddle(url);
  const recorder = createRecorder();
  await watch(meddler.url, recorder);
  await recorder.until('live', () => lastStatus(recorder)?.state === 'live');
  await untilWhilePlaying(recorder, lab, () => lastStatus(recorder)?.socketMode === 'all');
  meddler.muteOpenSockets();
  const before = recorder.of('source_status').length;
  // A new socket starts with its mode unknown.
  await untilWhilePlaying(recorder, lab, () =>
    recorder
      .of('source_status')
      .slice(before)
      .some((draft) => draft.socketMode === null),
  );
  await untilWhilePlaying(recorder, lab, () => lastStatus(recorder)?.socketMode === 'all');
  await recorder.until('the messages', () => hasMessages(recorder, lab));
  expect(meddler.mostSockets).toBeLessThanOrEqual(2);
  expect(recorder.of('source_status').every((draft) => draft.state !== 'retrying')).toBe(true);
});

test('4: a server that admits no socket is polled, told, and joined when it does', async () => {
  const { lab, url } = await startLab(['admission-403']);
  const recorder = createRecorder();
  await watch(url, recorder);
  await recorder.until('polling', () => lastStatus(recorder)?.state === 'polling');
  expect(lastStatus(recorder)?.reason).toContain('403');
  lab.step(100);
  await recorder.until('the messages', () => hasMessages(recorder, lab));
  lab.setFault('admission-403', false);
  await recorder.until('live', () => lastStatus(recorder)?.state === 'live');
  expect(lastStatus(recorder)?.reason).toBeUndefined();
});

test('5: births and errors a socket does not tell are read from the lists', async () => {
  const { lab, url } = await startLab(REAL);
  const recorder = createRecorder();
  await watch(url, recorder);
  await untilWhilePlaying(recorder, lab, () => lab.record.emitted.error >= 3);
  await recorder.until(
    'the births',
    () => recorder.of('thread_created').length >= lab.record.threadIds.length,
  );
  await recorder.until('the errors', () => recorder.of('error').length >= lab.record.emitted.error);
  expect(recorder.of('error')).toHaveLength(lab.record.emitted.error);
  const failed = recorder.of('error')[0];
  expect(failed?.text).not.toBe('');
  lab.control.kill(failed?.threadId ?? '');
  await recorder.until('the kill', () =>
    recorder
      .of('thread_updated')
      .some((draft) => draft.threadId === failed?.threadId && draft.status === 'killed'),
  );
  expect(recorder.of('error')[0]).toEqual(failed);
});

test('5: an error told by the socket and read from its thread is one error', async () => {
  const { lab, url } = await startLab([]);
  const recorder = createRecorder();
  await watch(url, recorder);
  await recorder.until('live', () => lastStatus(recorder)?.state === 'live');
  await untilWhilePlaying(recorder, lab, () => lab.record.emitted.error >= 5);
  await recorder.until('the errors', () => recorder.of('error').length >= lab.record.emitted.error);
  const cursor = recorder.cursors['usage'];
  lab.step(50);
  await recorder.until('some more reading', () => recorder.cursors['usage'] !== cursor);
  expect(recorder.of('error')).toHaveLength(lab.record.emitted.error);
});

test('6: hops and their repeats are kept as they came', async () => {
  const { lab, url } = await startLab(['thread-per-hop', 'messages-twice']);
  lab.step(200);
  const recorder = createRecorder();
  await watch(url, recorder);
  await recorder.until('the messages', () => hasMessages(recorder, lab));
  expect(recorder.of('message').map((draft) => draft.id)).toEqual(lab.record.messageIds);
  const bodies = recorder.of('message').map(({ from, to, payload }) => ({ from, to, payload }));
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBeLessThan(bodies.length);
});

describe('7: usage', () => {
  test('is asked for before anything else, so that the server begins to store it', async () => {
    const { lab, url } = await startLab(REAL);
    const recorder = createRecorder();
    await watch(url, recorder);
    await recorder.until('polling or live', () => lastStatus(recorder)?.state !== 'connecting');
    lab.step(200);
    expect(lab.usage.counts()).toMatchObject({ calls: lab.record.calls.length });
    expect(lab.usage.counts().stored).toBe(lab.record.calls.length);
  });

  test('is paged to the end, exactly once, and goes on from the cursor', async () => {
    const { lab, url } = await startLab([], { historyDays: 3, historyRowsPerDay: 900 });
    const past = lab.usage.stored().length;
    expect(past).toBeGreaterThan(2000);
    const first = createRecorder();
    const source = await watch(url, first);
    await first.until('the history', () => first.of('usage').length >= past);
    await source.stop();
    expect(first.of('usage')).toHaveLength(past);
    lab.step(400);
    const calls = lab.record.calls.length;
    const second = createRecorder({ cursors: { ...first.cursors } });
    await watch(url, second);
    await second.until('the new calls', () => second.of('usage').length >= calls);
    expect(second.of('usage')).toHaveLength(calls);
    expect(second.counts.duplicate).toBe(0);
  });

  test('that is counted and no longer stored is said in words and shown as a gap', async () => {
    let aheadMs = 0;
    const { lab, url } = await startLab(REAL);
    const recorder = createRecorder({ now: () => Date.now() + aheadMs });
    await watch(url, recorder);
    await recorder.until('contact', () => lastStatus(recorder)?.state !== 'connecting');
    await untilWhilePlaying(recorder, lab, () => recorder.of('usage').length > 0);
    lab.control.resetUsage();
    await untilWhilePlaying(recorder, lab, () => {
      aheadMs += 100;
      return recorder.of('gap').length > 0;
    });
    expect(lastStatus(recorder)?.notices?.[0]).toContain('has not stored all of them');
    expect(recorder.of('gap')[0]).toMatchObject({ what: 'usage' });
    expect(recorder.of('gap')[0]?.missing).toBeGreaterThan(0);
  });
});

test('8: a budget may exceed its limit, and its last figures stay when it vanishes', async () => {
  const { lab, url } = await startLab(REAL);
  const recorder = createRecorder();
  await watch(url, recorder);
  lab.budgets.open('t', 8000);
  lab.budgets.consume('t', 7000, 1032);
  await recorder.until('the reading', () => recorder.of('budget').length === 1);
  lab.budgets.close('t');
  lab.budgets.open('u', 100);
  await recorder.until('another reading', () => recorder.of('budget').length === 2);
  expect(recorder.of('budget')).toMatchObject([
    {
      threadId: 't',
      maxTokens: 8000,
      promptTokens: 7000,
      completionTokens: 1032,
      totalTokens: 8032,
    },
    { threadId: 'u', totalTokens: 0 },
  ]);
});

test('9: a restart opens a new run; what was read stays and nothing doubles', async () => {
  let aheadMs = 0;
  const { lab, url } = await startLab([], { now: () => Date.now() + aheadMs });
  aheadMs = 60_000;
  const recorder = createRecorder();
  await watch(url, recorder);
  await untilWhilePlaying(
    recorder,
    lab,
    () => hasMessages(recorder, lab) && lab.record.messageIds.length > 50,
  );
  const firstRun = recorder.of('organism').at(-1)?.startedAt ?? 0;
  await lab.restart();
  await untilWhilePlaying(
    recorder,
    lab,
    () => (recorder.of('organism').at(-1)?.startedAt ?? 0) !== firstRun,
  );
  lab.step(100);
  await recorder.until('the messages', () => hasMessages(recorder, lab));
  await recorder.until('the calls', () => recorder.of('usage').length >= lab.usage.counts().stored);
  expect(recorder.of('message')).toHaveLength(lab.record.messageIds.length);
  expect(recorder.of('usage')).toHaveLength(lab.usage.counts().stored);
  expect(recorder.conflicts).toEqual([]);
});

test('9: setting our clock is no restart, no gap and no outage', async () => {
  let aheadMs = 0;
  const { lab, url } = await startLab([]);
  const recorder = createRecorder({
    now: () => Date.now() + aheadMs,
    elapsed: () => performance.now(),
    isWatched: () => false,
  });
  await watch(url, recorder);
  await untilWhilePlaying(recorder, lab, () => recorder.of('message').length > 20);
  const lives = () => new Set(recorder.of('organism').map((event) => event.startedAt)).size;
  expect(lives()).toBe(1);
  for (aheadMs of [-3_600_000, 86_400_000, -315_360_000_000, 315_360_000_000]) {
    const before = recorder.of('usage').length;
    const polled = recorder.of('organism').length;
    lab.step(400);
    await recorder.until('the messages', () => hasMessages(recorder, lab));
    // Unwatched polls wait by the clock that was not set.
    await untilWhilePlaying(recorder, lab, () => recorder.of('usage').length > before);
    await untilWhilePlaying(recorder, lab, () => recorder.of('organism').length > polled);
  }
  expect(lives()).toBe(1);
  expect(recorder.of('gap')).toEqual([]);
  expect(recorder.of('source_status').map(({ state }) => state)).not.toContain('retrying');
});

test('9: what a run did unseen before its end is a gap', async () => {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const { lab, url } = await startLab([], { now });
  const recorder = createRecorder({ now });
  await watch(url, recorder);
  await untilWhilePlaying(recorder, lab, () => recorder.of('message').length > 20);
  await lab.stop();
  await recorder.until('the outage', () => lastStatus(recorder)?.state === 'retrying');
  aheadMs = 60_000;
  await lab.restart();
  await recorder.until('the gap', () => recorder.of('gap').length > 0);
  const [gap] = recorder.of('gap');
  expect(gap).toMatchObject({ what: 'events' });
  expect((gap?.to ?? 0) - (gap?.from ?? 0)).toBeGreaterThan(50_000);
});

test('10: what no list shows any more is a gap with its size', async () => {
  const { lab, url } = await startLab([]);
  lab.step(45_000);
  const total = lab.record.messageIds.length;
  expect(total).toBeGreaterThan(10_000);
  const recorder = createRecorder();
  const source = await watch(url, recorder);
  await recorder.until('the readable ones', () => recorder.of('message').length >= 10_000);
  await recorder.until('the gap', () => recorder.of('gap').length > 0);
  expect(recorder.of('gap')).toMatchObject([
    { what: 'messages', from: null, missing: total - 10_000 },
  ]);
  await source.stop();

  const seen = lab.record.messageIds.length;
  lab.step(45_000);
  const later = createRecorder({ cursors: { ...recorder.cursors } });
  await watch(url, later);
  await later.until('the readable ones', () => later.of('message').length >= 10_000);
  await later.until('the gap', () => later.of('gap').length > 0);
  expect(later.of('gap')).toMatchObject([
    { what: 'messages', missing: lab.record.messageIds.length - seen - 10_000 },
  ]);
  expect(later.of('gap')[0]?.from).toBeGreaterThan(0);
});

test('10: a list of threads longer than a reading is read to its end', async () => {
  const { lab, url } = await startLab([]);
  lab.step(60_000);
  const threads = lab.world.threads.size;
  expect(threads).toBeGreaterThan(1000);
  const recorder = createRecorder();
  await watch(url, recorder);
  await recorder.until('the threads', () => recorder.of('thread_created').length >= threads);
  expect(recorder.of('thread_created')).toHaveLength(threads);
});

test('11: every form of time and bare NaN: read the same over both wires', async () => {
  const { lab, url } = await startLab(['bare-nan', 'mixed-time-formats']);
  const recorder = createRecorder();
  const source = await watch(url, recorder);
  await recorder.until('live', () => lastStatus(recorder)?.state === 'live');
  await untilWhilePlaying(recorder, lab, () => lastStatus(recorder)?.socketMode === 'all');
  await untilWhilePlaying(recorder, lab, () => recorder.rejects.length >= 3);
  await recorder.until('the messages', () => hasMessages(recorder, lab));
  expect(recorder.rejects.every((reject) => reject.reason === 'invalid-json')).toBe(true);
  await source.stop();

  // Without cursors all of it is read again, by REST: the same keys and the same bodies.
  const accepted = recorder.of('message').length;
  const delivered = recorder.counts.duplicate;
  for (const name of Object.keys(recorder.cursors)) {
    delete (recorder.cursors as Record<string, string>)[name];
  }
  await watch(url, recorder);
  await recorder.until('all of it again', () => recorder.counts.duplicate >= delivered + accepted);
  expect(recorder.conflicts).toEqual([]);
  expect(recorder.of('message')).toHaveLength(lab.record.messageIds.length);
});

describe('12: what a real server answers oddly', () => {
  test('a schema it fails on is no schema', async () => {
    const { url } = await startLab(['schema-500']);
    const recorder = createRecorder();
    const source = await watch(url, recorder);
    expect(await source.readSchema?.('planner')).toBeNull();
    expect(await source.readSchema?.('..')).toBeNull();
  });

  test('a schema it has is read through', async () => {
    const { lab, url } = await startLab([]);
    const recorder = createRecorder();
    const source = await watch(url, recorder);
    const [name = ''] = lab.world.agents.keys();
    expect(await source.readSchema?.(name)).toMatchObject({ contentType: 'application/xml' });
  });
});

describe('13: control', () => {
  test('sends with the key and returns what the upstream says', async () => {
    const { lab, url } = await startLab([], { key: 'secret' });
    lab.step(100);
    const recorder = createRecorder();
    const source = await watch(url, recorder);
    const [agent = ''] = lab.world.agents.keys();
    expect(await source.control({ kind: 'pause', agent })).toMatchObject({
      kind: 'answered',
      status: 200,
    });
    expect(lab.world.agents.get(agent)?.state).toBe('paused');
    expect(await source.control({ kind: 'resume', agent })).toMatchObject({ status: 200 });
    const threadId = lab.record.threadIds[0] ?? '';
    expect(await source.control({ kind: 'kill', threadId })).toEqual({
      kind: 'answered',
      status: 200,
      body: { success: true, threadId },
    });
    expect(await source.control({ kind: 'kill', threadId: 'no/such' })).toMatchObject({
      kind: 'answered',
      status: 404,
    });
    const injected = await source.control({
      kind: 'inject',
      to: agent,
      payload: { Hello: { text: 'from us' } },
      threadId: null,
    });
    expect(injected).toMatchObject({ kind: 'answered', status: 200 });
    expect(await source.control({ kind: 'reload' })).toMatchObject({ status: 200 });
    expect(await source.control({ kind: 'stop' })).toMatchObject({ status: 200 });
    await recorder.until('the pause is an event', () =>
      recorder.of('message').some((draft) => draft.from === 'api'),
    );
  });

  test('a wrong key is the upstream’s answer, not ours', async () => {
    const { url } = await startLab([], { key: 'another' });
    const source = await watch(url);
    expect(await source.control({ kind: 'reload' })).toMatchObject({
      kind: 'answered',
      status: 403,
    });
  });
});

test('several AgentServers at once are told apart', async () => {
  const one = await startLab([], { name: 'one' });
  const two = await startLab(REAL, { name: 'two', seed: 9 });
  const [first, second] = [createRecorder(), createRecorder()];
  await watch(one.url, first);
  await watch(two.url, second);
  one.lab.step(200);
  two.lab.step(200);
  await first.until('its messages', () => hasMessages(first, one.lab));
  await second.until('its messages', () => hasMessages(second, two.lab));
  expect(
    first
      .of('message')
      .map((draft) => draft.id)
      .toSorted(),
  ).toEqual([...one.lab.record.messageIds].toSorted());
  expect(
    second
      .of('message')
      .map((draft) => draft.id)
      .toSorted(),
  ).toEqual([...two.lab.record.messageIds].toSorted());
  expect(first.of('organism').at(-1)?.name).toBe('one');
  expect(second.of('organism').at(-1)?.name).toBe('two');
});
