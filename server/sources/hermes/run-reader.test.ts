import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from 'vitest';

import type { EventDraft } from '#organism/event.ts';
import { eventDraftSchema } from '#organism/event.ts';
import { totalTokens } from '#organism/tokens.ts';

import { createCast } from './cast.ts';
import { createRunReader } from './run-reader.ts';
import { createSseReader } from './sse-reader.ts';

const SAMPLES = path.resolve(import.meta.dirname, 'testing/fixtures');
const sample = (name: string): Buffer => readFileSync(path.join(SAMPLES, name));

const FACTS = {
  runId: 'run_1',
  sessionId: 'dash',
  instance: 'http://127.0.0.1:8642/hermes-agent',
  agent: 'hermes-agent',
  model: 'hermes-agent',
  provider: 'hermes',
};

function readChunks(chunks: Iterable<Uint8Array>) {
  const sse = createSseReader();
  const reader = createRunReader(FACTS, createCast());
  const drafts: EventDraft[] = reader.begin('Update the changelog', 1_777_111_200_000);
  const rejects: unknown[] = [];
  for (const chunk of chunks) {
    for (const item of sse.push(chunk)) {
      if (item.kind !== 'data') continue;
      const reading = reader.read(item.text, { event: item.event, at: 0 });
      drafts.push(...reading.drafts);
      rejects.push(...reading.rejects);
    }
  }
  return { drafts, rejects, reader };
}

function cutAt(bytes: Buffer, at: number): Buffer[] {
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

function of<T extends EventDraft['type']>(drafts: readonly EventDraft[], type: T) {
  return drafts.filter((draft): draft is Extract<EventDraft, { type: T }> => draft.type === type);
}

describe('the events of a run', () => {
  test.each(['run-events-success.sse', 'run-events-failed.sse', 'run-events-newer.sse'])(
    '1: %s reads the same whole, byte by byte, and cut at every place',
    (name) => {
      const bytes = sample(name);
      const whole = readChunks([bytes]).drafts;
      expect(readChunks([...bytes].map((byte) => Uint8Array.of(byte))).drafts).toEqual(whole);
      for (let at = 1; at < bytes.length; at += 1) {
        expect(readChunks(cutAt(bytes, at)).drafts).toEqual(whole);
      }
      for (const draft of whole) expect(eventDraftSchema.safeParse(draft).error).toBeUndefined();
      expect(new Set(whole.map(({ key }) => key)).size).toBe(whole.length);
    },
  );

  test('1: a cut inside a character and CRLF lines change nothing', () => {
    const line = 'data: {"event":"message.delta","run_id":"r","timestamp":1,"delta":"日本 — ü"}';
    const end = 'data: {"event":"run.completed","run_id":"r","timestamp":2,"output":"日本 — ü"}';
    const plain = Buffer.from(`${line}\n\n${end}\n\n: stream closed\n\n`);
    const expected = readChunks([plain]).drafts;
    expect(of(expected, 'message').at(-1)?.payload).toEqual({ text: '日本 — ü' });
    const crlf = Buffer.from(plain.toString().replaceAll('\n', '\r\n'));
    for (const bytes of [plain, crlf]) {
      for (let at = 1; at < bytes.length; at += 1) {
        expect(readChunks(cutAt(bytes, at)).drafts).toEqual(expected);
      }
    }
  });

  test('1: parallel calls of one tool are paired in order, and the run is billed once', () => {
    const { drafts, rejects, reader } = readChunks([sample('run-events-success.sse')]);
    const messages = of(drafts, 'message');
    const calls = messages.filter(({ payloadType }) => payloadType === 'tool_call');
    const results = messages.filter(({ payloadType }) => payloadType === 'tool_result');
    expect(results.map(({ payload }) => payload)).toMatchObject([
      { tool: 'terminal', call: calls[0]?.key, durationSeconds: 0.213, isError: false },
      { tool: 'terminal', call: calls[1]?.key, durationSeconds: 0.228, isError: false },
      { tool: 'web_search', call: calls[2]?.key, isError: true },
    ]);
    const texts = messages.filter(({ payloadType }) => payloadType === 'text');
    expect(texts.map(({ from, payload }) => ({ from, payload }))).toEqual([
      { from: 'user', payload: { text: 'Update the changelog' } },
      { from: 'hermes-agent', payload: { text: "I'll look at the repository first." } },
      {
        from: 'hermes-agent',
        payload: { text: 'The search failed, but the changelog is updated.' },
      },
    ]);
    const usage = of(drafts, 'usage');
    expect(usage.map(({ key, tokens }) => [key, totalTokens(tokens)])).toEqual([
      ['hermes:http://127.0.0.1:8642/hermes-agent:run_1', 5431],
    ]);
    expect(of(drafts, 'error').map(({ agent }) => agent)).toEqual(['web_search']);
    expect(of(drafts, 'thread_updated').at(-1)?.status).toBe('completed');
    expect(reader.isOver).toBe(true);
    expect(rejects).toEqual([]);
  });

  test('2: a failed run is an error of its thread', () => {
    const { drafts } = readChunks([sample('run-events-failed.sse')]);
    expect(of(drafts, 'thread_updated').at(-1)).toMatchObject({
      threadId: 'dash',
      status: 'error',
      error: 'Connection error.',
    });
    expect(of(drafts, 'error').map(({ text }) => text)).toEqual(['Connection error.']);
    expect(of(drafts, 'agent_state').at(-1)?.state).toBe('error');
  });

  test('3: newer events are told, unknown ones kept, and nothing is lost', () => {
    const { drafts, rejects } = readChunks([
      sample('run-events-newer.sse'),
      Buffer.from('data: {"event":"mood.changed","run_id":"r","mood":{"a":[1]}}\n\n'),
    ]);
    expect(rejects).toEqual([]);
    const kinds = of(drafts, 'message').map(({ payloadType }) => payloadType);
    expect(kinds).toEqual([
      'text',
      'reasoning',
      'reasoning',
      'task',
      'task_result',
      'approval_request',
      'approval_responded',
      'tool_call',
      'tool_result',
      'run_steered',
      'text',
    ]);
    expect(of(drafts, 'usage').map(({ tokens }) => totalTokens(tokens))).toEqual([2350, 9421]);
    expect(of(drafts, 'usage')[0]?.reportedCostNanos).toBe(4_100_000);
    expect(of(drafts, 'agent_state').map(({ state }) => state)).toContain('waiting');
    expect(of(drafts, 'raw').map(({ name }) => name)).toEqual(['hermes.mood.changed']);
    expect(of(drafts, 'agent')).toContainEqual(
      expect.objectContaining({ agent: 'sub_7f3a', parent: 'hermes-agent' }),
    );
  });

  test('a helper of a helper is its child; a parent nobody told of is the agent itself', () => {
    const started = (id: string, parent: string | null) =>
      `data: ${JSON.stringify({ event: 'subagent.start', subagent_id: id, parent_id: parent })}\n\n`;
    const text = started('sub_a', 'run_1') + started('sub_b', 'sub_a') + started('sub_c', null);
    const { drafts } = readChunks([Buffer.from(text)]);
    const parents = of(drafts, 'agent').map(({ agent, parent }) => [agent, parent]);
    expect(parents.slice(1)).toEqual([
      ['sub_a', 'hermes-agent'],
      ['sub_b', 'sub_a'],
      ['sub_c', 'hermes-agent'],
    ]);
    expect(of(drafts, 'message').at(-2)).toMatchObject({ from: 'sub_a', to: 'sub_b' });
  });

  test('what is no event is refused with a reason, and the rest is read', () => {
    const lines = ['{"event":', 'null', '{"event":""}', `{"event":"x","y":${'['.repeat(100)}`];
    const text = lines.map((line) => `data: ${line}\n\n`).join('');
    const good = 'data: {"event":"run.completed","usage":{"input_tokens":-1}}\n\n';
    const { rejects, drafts } = readChunks([Buffer.from(text + good)]);
    expect(rejects).toMatchObject([
      { reason: 'invalid-json' },
      { reason: 'invalid-event' },
      { reason: 'invalid-event' },
      { reason: 'too-deep' },
      { reason: 'invalid-event', detail: expect.stringContaining('usage.input_tokens') },
    ]);
    expect(of(drafts, 'message').at(-1)?.payload).toEqual({ text: '', note: 'completed, empty' });
  });

  test('4: an end without a terminal event leaves the run unknown', () => {
    const bytes = sample('run-events-success.sse');
    const { drafts, reader } = readChunks([bytes.subarray(0, bytes.indexOf('tool.completed'))]);
    const end = reader.abandon('the stream ended early', 5, null).drafts;
    expect(reader.isOver).toBe(true);
    expect(of(end, 'thread_updated')[0]?.status).toBe('unknown');
    expect(of(end, 'gap')).toHaveLength(1);
    expect(of(end, 'message').map(({ payload }) => payload)).toMatchObject([
      { call: 'run:run_1:3:call', outcome: 'unknown' },
      { call: 'run:run_1:4:call', outcome: 'unknown' },
    ]);
    const keys = [...drafts, ...end].map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('a line beyond the bound is let go and counted', () => {
    const sse = createSseReader(100);
    const items = sse.push(Buffer.from(`data: ${'x'.repeat(500)}\n\ndata: y\n\n`));
    expect(items).toEqual([{ kind: 'dropped' }, { kind: 'data', event: null, text: 'y' }]);
    expect(sse.dropped).toBe(1);
  });
});

const SHARED = path.resolve(import.meta.dirname, '../../../../shared/samples/hermes');
describe.skipIf(!existsSync(SHARED))('the samples beside this repository', () => {
  test.each(['run-events-success.sse', 'run-events-failed.sse', 'run-events-newer.sse'])(
    '%s is the fixture',
    (name) => {
      expect(readFileSync(path.join(SHARED, name))).toEqual(sample(name));
    },
  );
});
