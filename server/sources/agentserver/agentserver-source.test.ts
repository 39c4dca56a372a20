import { afterEach, expect, test } from 'vitest';

import { createRecorder } from '../testing/recorder.ts';
import { createAgentServerSource } from './agentserver-source.ts';
import type { FakeUpstream } from './testing/fake-upstream.ts';
import { recordedFrames, startReplayServer } from './testing/replay-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function watch(upstream: FakeUpstream) {
  const recorder = createRecorder();
  const source = createAgentServerSource(
    { name: 'desk', url: upstream.url, organismId: 'desk' },
    recorder.deps,
  );
  stops.push(
    () => upstream.stop(),
    () => source.stop(),
  );
  await source.start();
  return { recorder, source };
}

test('the recorded stream of a server that delivers messages', async () => {
  const frames = recordedFrames('ws-patched.jsonl');
  const { recorder } = await watch(await startReplayServer(frames));
  await recorder.until('all messages', () => recorder.of('message').length >= 607);
  await recorder.until('usage', () => recorder.of('usage').length >= 145);
  expect(frames.length).toBe(597);
  // 302 valid message frames, and the 305 messages of the recorded lists.
  expect(recorder.of('message').length).toBe(607);
  expect(recorder.of('usage').length).toBe(145);
  expect(recorder.of('budget').length).toBe(19);
  expect(recorder.rejects.map((reject) => reject.reason)).toEqual(['invalid-json']);
  expect(recorder.conflicts).toEqual([]);
});
