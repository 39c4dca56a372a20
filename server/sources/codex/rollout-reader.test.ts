import { describe, expect, test } from 'vitest';

import type { DraftOf, EventDraft, EventType } from '#organism/event.ts';
import { addTokens, ZERO_TOKENS } from '#organism/tokens.ts';

import { readRollout } from './rollout-reader.ts';
import { readRolloutLine } from './rollout-wire.ts';
import { newFile } from './session-head.ts';
import { THREAD, fixture } from './testing/fixtures.ts';

function read(lines: readonly string[], sizes: number = lines.length): EventDraft[] {
  let known: Parameters<typeof readRollout>[1] = {
    state: newFile(THREAD, 'host'),
    ledger: null,
    host: 'host',
  };
  const drafts: EventDraft[] = [];
  for (let at = 0; at < lines.length; at += sizes) {
    const part = lines.slice(at, at + sizes).map((line) => readRolloutLine(line));
    const reading = readRollout(part, known);
    expect(reading.rejects).toEqual([]);
    known = { ...reading, host: 'host' };
    drafts.push(...reading.drafts);
  }
  return drafts;
}

function of<T extends EventType>(drafts: readonly EventDraft[], type: T): DraftOf<T>[] {
  return drafts.filter((draft): draft is DraftOf<T> => draft.type === type);
}

const LINES = fixture('rollout-trimmed.jsonl').trimEnd().split('\n');

describe('a session file of Codex', () => {
  test('bills each request once, in all what the thread has used', () => {
    const usage = of(read(LINES), 'usage');
    expect(usage).toHaveLength(8);
    const sum = usage.map(({ tokens }) => tokens).reduce(addTokens, ZERO_TOKENS);
    expect(sum).toEqual({
      inputFresh: 15_750 - 13_824,
      cacheRead: 13_824,
      cacheWrite: 0,
      outputVisible: 297,
      reasoning: 20,
    });
    expect(usage[0]).toMatchObject({
      model: 'gpt-5.5',
      provider: 'fake',
      occurredAt: Date.parse('2026-11-21T02:34:21.577Z'),
      metadata: { responseId: 'resp_fake_1' },
    });
  });

  test('says what standard output says, and the prompts and times besides', () => {
    const messages = of(read(LINES), 'message');
    expect(messages.map(({ from, to, payloadType }) => `${from} ${payloadType} ${to}`)).toEqual([
      'user prompt codex',
      'codex reasoning user',
      'codex command shell',
      'shell command_result codex',
      'codex file_change files',
      'files file_change_result codex',
      'codex command shell',
      'shell command_result codex',
      'codex mcp_call mcp:demo',
      'mcp:demo mcp_call_result codex',
      'codex mcp_call mcp:demo',
      'mcp:demo mcp_call_result codex',
      'codex web_search web',
      'web web_search_result codex',
      'codex completion user',
      'user prompt codex',
      'codex command shell',
      'shell command_result codex',
      'codex completion user',
    ]);
    expect(messages[2]?.payload).toEqual({ command: 'ls && echo hello-from-codex' });
    expect(of(read(LINES), 'error')).toHaveLength(2);
    expect(of(read(LINES), 'raw')).toEqual([]);
  });

  test.each([1, 2, 7])('is the same read %i lines at a time', (sizes) => {
    expect(read(LINES, sizes)).toEqual(read(LINES));
  });

  test('of an older build has no ordinals and only totals', () => {
    const line = (type: string, payload: object) =>
      JSON.stringify({ timestamp: '2025-10-01T00:00:00.000Z', type, payload });
    const count = (input: number) =>
      line('event_msg', {
        type: 'token_count',
        info: { total_token_usage: { input_tokens: input, output_tokens: 1 } },
      });
    const drafts = read([
      line('session_meta', { id: THREAD, cwd: '/w/shop', source: 'cli' }),
      line('event_msg', { type: 'user_message', message: 'do it' }),
      line('response_item', {
        type: 'function_call',
        name: 'shell',
        call_id: 'c',
        arguments: '{}',
      }),
      line('response_item', { type: 'function_call_output', call_id: 'c', output: 'ok' }),
      count(10),
      count(10),
      count(25),
      line('event_msg', { type: 'agent_message', message: 'done' }),
      line('event_msg', { type: 'hologram' }),
    ]);
    expect(of(drafts, 'usage').map(({ tokens }) => tokens.inputFresh)).toEqual([10, 15]);
    expect(of(drafts, 'organism')).toMatchObject([{ name: 'host/shop' }]);
    expect(of(drafts, 'message').map(({ payloadType }) => payloadType)).toEqual([
      'prompt',
      'tool_call',
      'tool_result',
      'completion',
    ]);
    expect(of(drafts, 'raw')).toMatchObject([{ name: 'event.hologram' }]);
  });

  test('of a sub-agent names its parent', () => {
    const source = { subagent: { thread_spawn: { parent_thread_id: 'p-1', depth: 1 } } };
    const meta = { type: 'session_meta', ordinal: 0, payload: { id: THREAD, source } };
    const drafts = read([JSON.stringify(meta)]);
    expect(of(drafts, 'agent').at(-1)).toMatchObject({ agent: 'codex 0fe88ba0', parent: 'codex' });
    expect(of(drafts, 'thread_created')).toMatchObject([{ parentThread: 'p-1' }]);
  });
});
