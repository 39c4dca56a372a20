import { afterEach, beforeEach, expect, test } from 'vitest';

import { agentEvent, messageEvent, usageEvent } from '#server/api/test-events.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { TEST_KEY, openTestApi } from '#server/api/test-kit.ts';

import type { Source } from '../source.ts';
import type { Recorder } from '../testing/recorder.ts';
import { createRecorder } from '../testing/recorder.ts';
import { createOrganoscopeSource } from './organoscope-source.ts';

let edge: TestApi;
let recorder: Recorder;
let source: Source;

beforeEach(async () => {
  edge = await openTestApi({ organisms: ['one', 'two'] });
  recorder = createRecorder();
  source = connect();
});
afterEach(async () => {
  await source.stop();
  await edge.close();
});

function connect(apiKey?: string): Source {
  const url = edge.url;
  return createOrganoscopeSource({ name: 'edge', url, organismId: 'edge', apiKey }, recorder.deps);
}

const facts = () => recorder.drafts.filter(({ type }) => type !== 'source_status');
const seen = (count: number) => recorder.until(`${count} events`, () => facts().length >= count);

test('brings every organism of the other side, its history first', async () => {
  await edge.emit([agentEvent('planner'), messageEvent('m1')], { organismId: 'one' });
  await edge.emit([usageEvent()], { organismId: 'two' });
  await source.start();
  await seen(3);
  await edge.emit([messageEvent('m2')], { organismId: 'two' });
  await seen(4);
  expect(recorder.counts).toMatchObject({ duplicate: 0, rejected: 0 });
  expect(recorder.of('message').map(({ id }) => id)).toEqual(['m1', 'm2']);
  const [usage] = recorder.of('usage');
  expect(usage).not.toHaveProperty('costNanos');
  expect(usage).not.toHaveProperty('seq');
});

test('a message amended over there is the same message here, with more in it', async () => {
  const telling = (text: string) =>
    messageEvent('m1', { key: 'm1', payload: { text }, mayAmend: true });
  await edge.emit([telling('short')]);
  await edge.emit([telling('a longer text')]);
  await source.start();
  const told = () =>
    recorder.deliveries.flatMap(({ drafts }) => drafts).filter(({ type }) => type === 'message');
  await recorder.until('both', () => told().length === 2);
  expect(told().map(({ key }) => key)).toEqual(['one/one-source/m1', 'one/one-source/m1']);
  expect(told()[1]).toMatchObject({ payload: { text: 'a longer text' }, mayAmend: true });
  expect(told()[1]).not.toHaveProperty('amends');
});

test('a call amended over there is the same call here, told again', async () => {
  const telling = (model: string) => usageEvent({ key: 'c1', model, mayAmend: true });
  await edge.emit([telling('')]);
  await edge.emit([telling('gpt-5')]);
  await source.start();
  const told = () =>
    recorder.deliveries.flatMap(({ drafts }) => drafts).filter(({ type }) => type === 'usage');
  await recorder.until('both', () => told().length === 2);
  expect(told()).toMatchObject([
    { key: 'one/one-source/c1', model: '', mayAmend: true },
    { key: 'one/one-source/c1', model: 'gpt-5', mayAmend: true },
  ]);
  expect(recorder.counts.rejected).toBe(0);
});

test('goes on after a restart from the stored position, and reads nothing twice', async () => {
  await edge.emit([messageEvent('m1'), messageEvent('m2')]);
  await source.start();
  await seen(2);
  await source.stop();
  await edge.emit([messageEvent('m3')]);
  source = connect();
  await source.start();
  await seen(3);
  const received = recorder.deliveries.flatMap(({ drafts }) => drafts);
  expect(received.filter(({ type }) => type === 'message')).toHaveLength(3);
});

test('reads another history from its start, and knows again what it has', async () => {
  await edge.emit([messageEvent('m1')]);
  await source.start();
  await seen(1);
  await source.stop();
  const elsewhere = JSON.stringify({ epoch: 'another', seq: 999 });
  await recorder.deps.deliver({ drafts: [], cursors: { position: elsewhere } });
  await edge.emit([messageEvent('m2')]);
  source = connect();
  await source.start();
  await seen(2);
  expect(recorder.of('message').map(({ id }) => id)).toEqual(['m1', 'm2']);
  expect(recorder.conflicts).toEqual([]);
});

test('says why while the other side cannot be read, and comes back', async () => {
  await edge.close();
  edge = await openTestApi({ isLoopbackBound: false });
  source = connect();
  await source.start();
  const state = (): string | undefined => recorder.of('source_status').at(-1)?.state;
  await recorder.until('a reason', () => state() === 'retrying');
  expect(recorder.of('source_status').at(-1)?.reason).toContain('401');
  await source.stop();
  await edge.emit([messageEvent('m1')]);
  source = connect(TEST_KEY);
  await source.start();
  await seen(1);
});

test('sends no commands', async () => {
  expect(await source.control({ kind: 'reload' })).toMatchObject({ kind: 'not-sent' });
});
