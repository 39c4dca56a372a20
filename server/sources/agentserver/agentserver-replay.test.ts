import { afterEach, expect, test } from 'vitest';

import type { EventDraft } from '#organism/event.ts';

import type { Recorder } from '../testing/recorder.ts';
import { createRecorder } from '../testing/recorder.ts';
import { createAgentServerSource } from './agentserver-source.ts';
import { recordedAnswer, recordedFrames, startReplayServer } from './testing/replay-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

interface AgentRow {
  readonly name: string;
  readonly state: string;
  readonly currentThread: string | null;
}
interface ThreadRow {
  readonly id: string;
  readonly status: string;
  readonly messageCount: number;
}
interface RecordedFrame {
  readonly event: string;
  readonly agent: string;
  readonly state: string;
  readonly currentThread: string | null;
  readonly threadId: string;
  readonly status: string;
  readonly messageCount: number;
}

/** Frames as JSON; a bare NaN makes null of the one that has it. */
function parsed(frames: readonly string[]): RecordedFrame[] {
  return frames.map(
    (text) => JSON.parse(text.replaceAll(/NaN|Infinity/g, 'null')) as RecordedFrame,
  );
}

function rows<T>(answer: string, list: string): T[] {
  return (recordedAnswer(answer).body as Record<string, T[]>)[list] ?? [];
}

/** What the frames change, counted without the source: what REST showed, then each frame in turn. */
function countChanges(frames: readonly RecordedFrame[]) {
  const agents = rows<AgentRow>('agents', 'agents');
  const states = new Map(agents.map((agent) => [agent.name, stateOf(agent)]));
  const threads = new Map(
    rows<ThreadRow>('threads-limit100', 'threads').map((thread) => [thread.id, statusOf(thread)]),
  );
  const changes = { agent_state: 0, thread_updated: 0 };
  for (const frame of frames) {
    if (frame.event === 'agent_state' && states.get(frame.agent) !== stateOf(frame)) {
      changes.agent_state += 1;
      states.set(frame.agent, stateOf(frame));
    }
    if (frame.event === 'thread_updated' && threads.get(frame.threadId) !== statusOf(frame)) {
      changes.thread_updated += 1;
      threads.set(frame.threadId, statusOf(frame));
    }
  }
  // Before the first frame: the snapshot's idle agents, then those REST shows otherwise.
  const busy = agents.filter((agent) => stateOf(agent) !== 'idle/null').length;
  changes.agent_state += agents.length + busy;
  changes.thread_updated += rows<ThreadRow>('threads-limit100', 'threads').length;
  return changes;
}

const stateOf = (row: { state: string; currentThread: string | null }) =>
  `${row.state}/${row.currentThread}`;
const statusOf = (row: { status: string; messageCount: number }) =>
  `${row.status}/${row.messageCount}`;

function tally(list: readonly { readonly event: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { event } of list) counts[event] = (counts[event] ?? 0) + 1;
  return counts;
}

function tallyDrafts(drafts: readonly EventDraft[]): Record<string, number> {
  const counts = tally(drafts.map(({ type }) => ({ event: type })));
  // How often the source itself changed is no matter of the recording.
  delete counts['source_status'];
  return counts;
}

async function replay(frames: readonly string[], messages: number): Promise<Recorder> {
  const upstream = await startReplayServer(frames);
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
  await recorder.until('every message', () => recorder.of('message').length >= messages);
  await recorder.until('every call', () => recorder.of('usage').length >= 145);
  await recorder.until('every budget', () => recorder.of('budget').length >= 19);
  await recorder.until('the last frame', () => recorder.of('reload').length >= 1);
  await source.stop();
  return recorder;
}

test('a server that delivers messages: 597 frames and its lists, counted exactly', async () => {
  const frames = recordedFrames('ws-patched.jsonl');
  expect(tally(parsed(frames))).toEqual({
    connected: 1,
    agent_state: 280,
    message: 303,
    thread_updated: 11,
    injected: 1,
    reload: 1,
  });
  expect(frames).toHaveLength(597);
  const unparsable = frames.filter((text) => /\bNaN\b/.test(text));
  expect(unparsable).toHaveLength(1);

  const recorder = await replay(frames, 607);
  expect(tallyDrafts(recorder.drafts)).toEqual({
    organism: 1,
    agent: 8,
    ...countChanges(parsed(frames)),
    thread_created: 42,
    // 302 readable message frames; the lists are of another life of the server and hold 305.
    message: 303 - unparsable.length + 305,
    error: 2,
    usage: 145,
    budget: 19,
    reload: 1,
  });
  expect(recorder.of('agent_state')).toHaveLength(291);
  expect(recorder.of('thread_updated')).toHaveLength(53);
  expect(recorder.rejects).toMatchObject([{ reason: 'invalid-json' }]);
  expect(recorder.conflicts).toEqual([]);
  expect(recorder.of('source_status').at(-2)).toMatchObject({ state: 'live', socketMode: 'all' });
});

test('a socket that lives without messages: the rest comes from REST, nothing twice', async () => {
  const frames = recordedFrames('ws-fresh-no-message-filter.jsonl');
  expect(tally(parsed(frames))).toEqual({
    connected: 1,
    subscribed: 1,
    agent_state: 306,
    thread_updated: 14,
    injected: 4,
    reload: 1,
  });

  const recorder = await replay(frames, 305);
  const changes = countChanges(parsed(frames));
  expect(tallyDrafts(recorder.drafts)).toEqual({
    organism: 1,
    agent: 8,
    ...changes,
    thread_created: 42,
    message: 305,
    error: 2,
    usage: 145,
    budget: 19,
    reload: 1,
  });
  expect(changes.agent_state).toBe(317);
  expect(recorder.rejects).toEqual([]);
  expect(recorder.conflicts).toEqual([]);
});

test('digits beyond 2^53 survive either wire', async () => {
  const recorder = await replay(recordedFrames('ws-patched.jsonl'), 607);
  const big = recorder.of('message').filter((draft) => draft.payloadType === 'BigNumbers');
  expect(big.map((draft) => draft.payload)).toEqual([
    { big: '9007199254740993', neg: -1, exp: 1.5e-9, huge: '123456789012345678901234567890' },
    { big: '9007199254740993', neg: -1, exp: 1.5e-9, huge: '123456789012345678901234567890' },
  ]);
});
