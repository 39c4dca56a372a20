import { describe, expect, test } from 'vitest';

import type { DraftOf, EventDraft, EventType } from '#organism/event.ts';
import { addTokens, promptTokens, totalTokens, ZERO_TOKENS } from '#organism/tokens.ts';

import { createLineCutter } from '../session-files/line-cutter.ts';
import type { Ledger } from './ledger-schema.ts';
import { readRollout } from './rollout-reader.ts';
import { readRolloutLine } from './rollout-wire.ts';
import { newFile } from './session-head.ts';
import { THREAD, fixture } from './testing/fixtures.ts';

/** What builds of Codex may write otherwise than the captured one. */

const ROLLOUT = fixture('rollout-trimmed.jsonl');
const LINES = ROLLOUT.trimEnd().split('\n');
const ALL_INPUT = 15_750;
/** Of a thread that began a minute after the captured one. */
const CHILD = '01a1fbf5-53b3-7f02-b1ec-0000cafe0001';
const CHILD_TURN = '01a1fbf5-53c0-7403-be5f-0dfa7bc66aa4';
const CHILD_AT = '2026-11-21T02:35:21.500Z';

type Json = Readonly<Record<string, unknown>>;

function readAll(lines: readonly string[], thread = THREAD) {
  const known = { state: newFile(thread, 'host'), ledger: null, host: 'host' };
  return readRollout(
    lines.map((line) => readRolloutLine(line)),
    known,
  );
}

function of<T extends EventType>(drafts: readonly EventDraft[], type: T): DraftOf<T>[] {
  return drafts.filter((draft): draft is DraftOf<T> => draft.type === type);
}

function inputOf(drafts: readonly EventDraft[]): number {
  return promptTokens(
    of(drafts, 'usage')
      .map(({ tokens }) => tokens)
      .reduce(addTokens, ZERO_TOKENS),
  );
}

const line = (type: string, payload: Json, more: Json = {}) =>
  JSON.stringify({ timestamp: CHILD_AT, type, payload, ...more });
const counts = (input: number, ofRequest?: number) =>
  line('event_msg', {
    type: 'token_count',
    info: {
      total_token_usage: { input_tokens: input, output_tokens: 0 },
      ...(ofRequest === undefined
        ? {}
        : { last_token_usage: { input_tokens: ofRequest, output_tokens: 0 } }),
    },
  });
const meta = (payload: Json = {}) =>
  line('session_meta', { id: CHILD, cwd: '/w/shop', ...payload });
const turn = (id: string | null, model = 'gpt-5.5') =>
  line('turn_context', { ...(id === null ? {} : { turn_id: id }), model });
const restamped = (raw: string) => raw.replace(/"timestamp":"[^"]*"/, `"timestamp":"${CHILD_AT}"`);

describe('a session that begins with a copy of another', () => {
  const spawned = (depth: number) => ({
    source: { subagent: { thread_spawn: { parent_thread_id: THREAD, depth } } },
  });
  const own = (input: number) => [turn(CHILD_TURN, 'gpt-5.5-mini'), counts(input, 300)];

  test.each([
    ['with the time of the copying', LINES.map((raw) => restamped(raw))],
    ['with the times they had', LINES],
  ])('is billed for its own turns only, copied %s', (_how, copied) => {
    const head = meta({ forked_from_id: THREAD });
    const { drafts } = readAll([head, ...copied, ...own(ALL_INPUT + 300)], CHILD);
    expect(of(drafts, 'usage')).toMatchObject([
      { tokens: { inputFresh: 300 }, model: 'gpt-5.5-mini', threadId: CHILD },
    ]);
    expect(of(drafts, 'message')).toEqual([]);
    expect(of(drafts, 'thread_created')).toMatchObject([{ threadId: CHILD, parentThread: THREAD }]);
  });

  test('with nothing but the head of its origin is read from its first turn on', () => {
    const lines = [meta(spawned(1)), LINES[0] ?? '', turn(CHILD_TURN), counts(9035, 9035)];
    const { drafts } = readAll(lines, CHILD);
    expect(inputOf(drafts)).toBe(9035);
    expect(of(drafts, 'organism')).toMatchObject([{ name: 'host/shop' }]);
  });

  test('of a build whose turns have no ids goes by the time', () => {
    const late = (raw: string) => raw.replace(CHILD_AT, '2026-11-21T02:35:29.000Z');
    const copied = [turn(null), counts(100, 100), counts(250, 150)];
    const lines = [meta(spawned(1)), ...copied, late(turn(null)), late(counts(300, 50))];
    expect(inputOf(readAll(lines, CHILD).drafts)).toBe(50);
  });

  test('again and again changes nothing, wherever the reading stops', () => {
    const lines = [meta(spawned(1)), ...LINES.map(restamped), ...own(ALL_INPUT + 300)];
    let ledger: Ledger | null = null;
    for (const end of [lines.length, 3, lines.length]) {
      let state = newFile(CHILD, 'host');
      for (const raw of lines.slice(0, end)) {
        const read = readRollout([readRolloutLine(raw)], { state, ledger, host: 'host' });
        ({ state, ledger } = read);
      }
    }
    expect(ledger).toMatchObject({ billed: { input: ALL_INPUT + 300 } });
  });

  test('of a sub-agent of a sub-agent names that one as its parent', () => {
    const nickname = { agent_nickname: 'Euler', agent_role: 'explorer' };
    const spawn = { parent_thread_id: THREAD, depth: 2, ...nickname };
    const { drafts } = readAll([meta({ source: { subagent: { thread_spawn: spawn } } })], CHILD);
    expect(of(drafts, 'agent').at(-1)).toMatchObject({
      agent: 'codex cafe0001',
      parent: 'codex 0fe88ba0',
      description: 'Euler, explorer',
    });
  });
});

describe('counters of a session file', () => {
  test('that fall bill the request that is told of, not what was before it', () => {
    const lines = [turn(null), counts(1000, 1000), counts(1500, 500), counts(700, 200)];
    expect(of(readAll(lines).drafts, 'usage').map(({ tokens }) => tokens.inputFresh)).toEqual([
      1000, 500, 200,
    ]);
  });

  test('that fall without a word of the request count from nothing again', () => {
    const { drafts } = readAll([counts(1000), counts(200), counts(200), counts(260)]);
    expect(of(drafts, 'usage').map(({ tokens }) => tokens.inputFresh)).toEqual([1000, 200, 60]);
  });

  test('are billed to the model of their turn', () => {
    const lines = [
      turn(null, 'gpt-5.5'),
      counts(10, 10),
      turn(null, 'gpt-5.1-codex-mini'),
      counts(15, 5),
      line('turn_context', { cwd: '/elsewhere' }),
      counts(17, 2),
    ];
    expect(of(readAll(lines).drafts, 'usage').map(({ model }) => model)).toEqual([
      'gpt-5.5',
      'gpt-5.1-codex-mini',
      'gpt-5.1-codex-mini',
    ]);
  });

  test('of nonsense are passed over, and do not hide the next', () => {
    const odd = [
      line('event_msg', { type: 'token_count', info: null, rate_limits: null }),
      line('event_msg', { type: 'token_count' }),
      line('event_msg', { type: 'token_count', info: { total_token_usage: 'many' } }),
      line('token_usage_record', { thread_token_usage: { input_tokens: -4 }, usage: [] }),
    ];
    const { drafts, rejects } = readAll([...odd, counts(5, 5)]);
    expect(inputOf(drafts)).toBe(5);
    expect(rejects).toEqual([]);
  });
});

describe('rate limits of a session file', () => {
  const limits = (told: Json | null) =>
    line('event_msg', { type: 'token_count', rate_limits: told });
  const resetsAt = Date.parse('2026-11-21T05:00:00Z');

  test('are gauges in percent, one for each window, told again when they move', () => {
    const primary = { used_percent: 41.6, window_minutes: 300, resets_at: resetsAt / 1000 };
    const secondary = { used_percent: 7, window_minutes: 10_080, resets_in_seconds: 100_000 };
    const told = { limit_id: 'codex', plan_type: 'plus', primary, secondary };
    const later = { ...told, secondary: { ...secondary, resets_in_seconds: 99_990 } };
    const { drafts } = readAll([limits(told), limits(later)]);
    expect(of(drafts, 'allowance').slice(0, 2)).toMatchObject([
      {
        id: 'codex:codex:primary',
        name: 'Codex, 5 h',
        unit: 'percent',
        used: 42,
        limit: 100,
        periodEnd: resetsAt,
        note: 'rate limit of the plus plan',
      },
      { name: 'Codex, 7 d', used: 7 },
    ]);
    const keys = of(drafts, 'allowance').map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
  });

  test.each([null, {}, { primary: null }, { primary: { used_percent: 'much' } }, { primary: [] }])(
    'of %j are none',
    (told) => expect(of(readAll([limits(told)]).drafts, 'allowance')).toEqual([]),
  );
});

describe('the context window of a thread', () => {
  const window = (info: Json) => line('event_msg', { type: 'token_count', info });
  const used = (input_tokens: number) => ({ input_tokens, output_tokens: 200 });
  const told = (input: number) =>
    window({ last_token_usage: used(input), model_context_window: 258_400 });
  const contexts = (lines: readonly string[]) =>
    of(readAll(lines).drafts, 'context').map(({ usedTokens, windowTokens }) => [
      usedTokens,
      windowTokens,
    ]);

  test('is as full as the last request, and emptier once it was compacted', () => {
    const lines = [told(9_800), told(9_800), told(200_000), told(9_800)];
    expect(contexts(lines)).toEqual([
      [10_000, 258_400],
      [200_200, 258_400],
      [10_000, 258_400],
    ]);
  });

  test('of a copied thread is that of its own requests', () => {
    const own = [turn(CHILD_TURN), told(500)];
    expect(contexts([meta({ forked_from_id: THREAD }), told(90_000), ...own])).toEqual([
      [700, 258_400],
    ]);
  });

  test('is in the captured file after every request', () => {
    expect(contexts(LINES).at(-1)?.[1]).toBeGreaterThan(0);
  });

  test.each([
    {},
    { last_token_usage: used(1) },
    { model_context_window: 9 },
    { last_token_usage: used(1), model_context_window: 0 },
    { last_token_usage: 'much', model_context_window: 'large' },
  ])('of %j is not known', (info) => expect(contexts([window(info)])).toEqual([]));
});

describe('lines of a session file', () => {
  test('mean the same with blanks after the separators, with CRLF and with a byte order mark', () => {
    const expected = readAll(LINES).drafts;
    const spaced = LINES.map((raw) =>
      JSON.stringify(JSON.parse(raw), null, 1).replaceAll('\n', ''),
    );
    expect(readAll(spaced).drafts).toEqual(expected);
    const cutter = createLineCutter();
    const bytes = Buffer.from(`\ufeff${ROLLOUT.replaceAll('\n', '\r\n')}`);
    expect(readAll([...cutter.push(bytes), ...cutter.finish()]).drafts).toEqual(expected);
  });

  test('that repeat what an event says are passed over in every spelling', () => {
    const call = { type: 'function_call', name: 'shell', call_id: 'c', arguments: '{}' };
    const raw = JSON.stringify({ payload: call, type: 'response_item', ordinal: 3 });
    expect(readAll([raw, raw.replaceAll(':', ': ')]).drafts).toEqual([]);
  });

  test('with bytes that are no text, of unknown kinds and cut short keep the others', () => {
    const cutter = createLineCutter();
    const broken = Buffer.concat([
      Buffer.from(
        '{"timestamp":"x","type":"event_msg","payload":{"type":"agent_message","message":"',
      ),
      Buffer.from([0xff, 0xc3, 0x28, 0x80]),
      Buffer.from('"}}\n{"type":"event_msg","payload":{"type":"tok\n[]\n\n'),
      Buffer.from(`${line('event_msg', { type: 'thread_rolled_back', num_turns: 2 })}\n`),
      Buffer.from(`${line('hologram', { deep: true })}\n${counts(7, 7)}\n`),
    ]);
    const { drafts, rejects } = readAll(cutter.push(broken));
    expect(of(drafts, 'message')).toMatchObject([{ payload: { text: '\ufffd\ufffd(\ufffd' } }]);
    expect(of(drafts, 'raw').map(({ name }) => name)).toEqual([
      'event.thread_rolled_back',
      'hologram',
    ]);
    expect(rejects).toMatchObject([{ reason: 'invalid-json' }, { reason: 'invalid-event' }]);
    expect(inputOf(drafts)).toBe(7);
  });

  test('with an offset in their time, or with none, happened when they happened', () => {
    const say = (text: string, more: Json) =>
      JSON.stringify({
        type: 'event_msg',
        payload: { type: 'agent_message', message: text },
        ...more,
      });
    const { drafts } = readAll([
      say('none yet', {}),
      say('offset', { timestamp: '2026-11-21T04:34:30.250+02:00' }),
      say('none', { timestamp: null }),
      say('nonsense', { timestamp: 'yesterday' }),
    ]);
    const bornAt = Date.parse('2026-11-21T02:34:21.395Z');
    const offsetAt = Date.parse('2026-11-21T02:34:30.250Z');
    expect(of(drafts, 'message').map(({ occurredAt }) => occurredAt)).toEqual([
      bornAt,
      offsetAt,
      offsetAt,
      offsetAt,
    ]);
  });

  test('of older builds pair an answer with its call', () => {
    const call = (id: string, name: string) =>
      line('response_item', { type: 'function_call', name, call_id: id, arguments: '{}' });
    const answer = (id: string) =>
      line('response_item', { type: 'function_call_output', call_id: id, output: 'ok' });
    const { drafts, state } = readAll([
      call('a', 'shell'),
      call('b', 'apply_patch'),
      answer('b'),
      answer('a'),
      answer('nobody'),
    ]);
    const results = of(drafts, 'message').filter(
      ({ payloadType }) => payloadType === 'tool_result',
    );
    expect(results.map(({ from }) => from)).toEqual(['apply_patch', 'shell', 'tool']);
    expect(state.calls).toEqual({});
  });

  test('without a head, as of a file whose start is gone, belong to the thread of its name', () => {
    const { drafts, rejects } = readAll(LINES.slice(5));
    expect(rejects).toEqual([]);
    expect(new Set(of(drafts, 'usage').map(({ threadId }) => threadId))).toEqual(new Set([THREAD]));
    expect(totalTokens(of(drafts, 'usage')[0]?.tokens ?? ZERO_TOKENS)).toBe(1460);
  });
});
