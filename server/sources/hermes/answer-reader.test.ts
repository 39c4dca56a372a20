import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from 'vitest';

import type { EventDraft } from '#organism/event.ts';
import { eventDraftSchema } from '#organism/event.ts';
import { totalTokens } from '#organism/tokens.ts';

import type { AnswerForm } from './answer-reader.ts';
import { createAnswerReader } from './answer-reader.ts';
import { createCast } from './cast.ts';
import { createSseReader } from './sse-reader.ts';

const FIXTURES = path.join(import.meta.dirname, 'testing/fixtures');
const SHARED = path.resolve(import.meta.dirname, '../../../../shared/samples/hermes');
const CHAT = 'chat-completions-stream.sse';
const RESPONSES = 'responses-stream.sse';
const FAILED = 'responses-stream-failed.sse';
const FACTS = {
  runId: 'ask_1',
  sessionId: 's',
  instance: 'http://lab/hermes-agent',
  agent: 'hermes-agent',
  model: 'hermes-agent',
  provider: 'hermes',
};

const sample = (name: string): Buffer => readFileSync(path.join(FIXTURES, name));

function read(form: AnswerForm, chunks: readonly Uint8Array[]) {
  const sse = createSseReader();
  const reader = createAnswerReader(form, FACTS, createCast());
  const drafts: EventDraft[] = reader.begin('Hi', 1);
  const rejects: unknown[] = [];
  for (const item of chunks.flatMap((chunk) => sse.push(chunk))) {
    if (item.kind !== 'data') continue;
    const reading = reader.read(item.text, { event: item.event, at: 7 });
    drafts.push(...reading.drafts);
    rejects.push(...reading.rejects);
  }
  return { drafts, rejects, reader };
}

function of<T extends EventDraft['type']>(drafts: readonly EventDraft[], type: T) {
  return drafts.filter((draft): draft is Extract<EventDraft, { type: T }> => draft.type === type);
}

const said = (drafts: readonly EventDraft[]) =>
  of(drafts, 'message').map(({ from, payloadType, to, payload }) => [
    from,
    payloadType,
    to,
    payload,
  ]);

describe('an answer', () => {
  test.each([
    ['chat', CHAT],
    ['responses', RESPONSES],
    ['responses', FAILED],
  ] as const)('1: in the form of %s, %s, reads the same cut at every byte', (form, name) => {
    const bytes = sample(name);
    const whole = read(form, [bytes]).drafts;
    for (let at = 1; at < bytes.length; at += 1) {
      expect(read(form, [bytes.subarray(0, at), bytes.subarray(at)]).drafts).toEqual(whole);
    }
    for (const draft of whole) expect(eventDraftSchema.safeParse(draft).error).toBeUndefined();
    expect(new Set(whole.map(({ key }) => key)).size).toBe(whole.length);
  });

  test('10: of a chat is clean text, whatever the tools say in between', () => {
    const { drafts, rejects, reader } = read('chat', [sample(CHAT)]);
    expect(said(drafts)).toEqual([
      ['user', 'text', 'hermes-agent', { text: 'Hi' }],
      ['hermes-agent', 'tool_call', 'terminal', { tool: 'terminal', preview: 'git status' }],
      ['hermes-agent', 'text', 'user', { text: 'The tree is clean.' }],
    ]);
    expect(of(drafts, 'usage').map(({ tokens }) => totalTokens(tokens))).toEqual([824]);
    expect(of(drafts, 'thread_updated').at(-1)?.status).toBe('completed');
    expect(reader.isOver).toBe(true);
    expect(rejects).toEqual([]);
  });

  test('of responses has the calls with their arguments and results, each once', () => {
    const { drafts, rejects } = read('responses', [sample(RESPONSES)]);
    const call = { tool: 'terminal', id: 'call_77' };
    expect(said(drafts).slice(1)).toEqual([
      ['hermes-agent', 'tool_call', 'terminal', { ...call, arguments: { command: 'ls' } }],
      [
        'terminal',
        'tool_result',
        'hermes-agent',
        { ...call, output: [{ type: 'input_text', text: 'README.md' }] },
      ],
      ['hermes-agent', 'text', 'user', { text: 'There is one file.' }],
    ]);
    expect(of(drafts, 'usage').map(({ tokens }) => totalTokens(tokens))).toEqual([931]);
    expect(of(drafts, 'raw')).toEqual([]);
    expect(rejects).toEqual([]);
  });

  test('of responses that fails is one error of its thread', () => {
    const { drafts } = read('responses', [sample(FAILED)]);
    expect(of(drafts, 'error').map(({ text }) => text)).toEqual(['Connection error.']);
    expect(of(drafts, 'thread_updated').at(-1)?.status).toBe('error');
  });

  test('of a newer version tells a tool once; unknown events are kept, nonsense is refused', () => {
    const progress = (status: string) =>
      `event: hermes.tool.progress\ndata: ${JSON.stringify({ tool: 'web', toolCallId: 'c1', status })}\n\n`;
    const chat = read('chat', [
      Buffer.from(
        `${progress('running')}${progress('completed')}data: {"error":{"message":"no"}}\n\n`,
      ),
    ]);
    expect(said(chat.drafts).slice(1)).toMatchObject([['hermes-agent', 'tool_call', 'web', {}]]);
    expect(of(chat.drafts, 'error').map(({ text }) => text)).toEqual(['no']);
    const odd = ['{"type":"response.mood","mood":1}', '{"type":', '[]', '7'];
    const text = odd.map((line) => `data: ${line}\n\n`).join('');
    const { drafts, rejects, reader } = read('responses', [Buffer.from(text)]);
    expect(of(drafts, 'raw').map(({ name }) => name)).toEqual(['hermes.response.mood']);
    expect(rejects).toMatchObject([
      { reason: 'invalid-json' },
      { reason: 'invalid-event' },
      { reason: 'invalid-event' },
    ]);
    expect(reader.isOver).toBe(false);
  });
});

describe.skipIf(!existsSync(SHARED))('the samples beside this repository', () => {
  test.each([CHAT, RESPONSES, FAILED])('%s is the fixture', (name) => {
    expect(readFileSync(path.join(SHARED, name))).toEqual(sample(name));
  });
});
