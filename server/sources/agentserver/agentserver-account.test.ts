import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterEach, expect, test } from 'vitest';

import { createLabAgentServer } from '#lab/agentserver/server.ts';

import { createRecorder } from '../testing/recorder.ts';
import type { AgentServerConfig } from './agentserver-source.ts';
import { createAgentServerSource } from './agentserver-source.ts';
import { FAST } from './testing/fast.ts';

/** Every message an upstream ever sent is stored, or told as a gap: none is missing in silence. */

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function watch(inbox: AgentServerConfig['inbox'] = {}) {
  const lab = createLabAgentServer({ seed: 5 });
  const { url } = await lab.start();
  const recorder = createRecorder();
  const source = createAgentServerSource(
    { name: 'lab', url, organismId: 'lab', intervals: FAST, inbox },
    recorder.deps,
  );
  stops.push(
    () => lab.stop(),
    () => source.stop(),
  );
  await source.start();
  const status = () => recorder.of('source_status').at(-1);
  await recorder.until('messages by the socket', () => {
    lab.step(20);
    return status()?.socketMode === 'all';
  });
  const account = () => {
    const sent = lab.record.messageIds;
    const stored = new Set(recorder.of('message').map(({ id }) => id));
    const gaps = recorder.of('gap').filter(({ what }) => what === 'messages');
    const declared = gaps.reduce((sum, { missing = 0 }) => sum + missing, 0);
    const missing = sent.filter((id) => !stored.has(id)).length;
    return { missing, declared, undeclared: missing - declared };
  };
  // What passed while the socket changed its subscription is read by REST, before a test begins.
  await recorder.until('the first of them', () => account().missing === 0);
  return {
    recorder,
    status,
    account,
    /** Plays at the pace at which frames leave, so that the upstream's own buffer cuts nobody off. */
    play: async (events: number) => {
      for (let played = 0; played < events; played += 500) {
        lab.step(500);
        await nextTurn();
      }
    },
  };
}

test('what the upstream forgot before it was read is told, to the message', async () => {
  const { recorder, account, play, status } = await watch({ maxFrames: 500 });
  recorder.hold();
  await play(60_000);
  recorder.release();
  await recorder.until('all accounted for', () => account().undeclared === 0);
  const { missing } = account();
  expect(missing).toBeGreaterThan(1000);
  await play(2000);
  await recorder.until('the news', () => account().undeclared === 0);
  await recorder.until('caught up', () => (status()?.notices ?? []).length === 0);
  expect(account()).toEqual({ missing, declared: missing, undeclared: 0 });
});

test('what waits to be stored is late and not lost, however much the upstream forgets meanwhile', async () => {
  const { recorder, account, play, status } = await watch();
  recorder.hold();
  await play(60_000);
  recorder.release();
  await recorder.until('all of it', () => account().missing === 0);
  await recorder.until('caught up', () => (status()?.notices ?? []).length === 0);
  expect(account()).toEqual({ missing: 0, declared: 0, undeclared: 0 });
  expect(recorder.of('gap')).toEqual([]);
});
