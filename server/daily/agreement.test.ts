import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { TokenClasses } from '#organism/tokens.ts';
import {
  readTranscriptLines,
  newFile as newTranscript,
  settleCalls,
} from '#server/sources/claude-code/transcript-reader.ts';
import { readTranscriptLine } from '#server/sources/claude-code/transcript-wire.ts';
import { readRollout } from '#server/sources/codex/rollout-reader.ts';
import { readRolloutLine } from '#server/sources/codex/rollout-wire.ts';
import { newFile as newRollout } from '#server/sources/codex/session-head.ts';
import { fixture } from '#server/sources/codex/testing/fixtures.ts';

import { callAt, countRows } from './call-columns.ts';
import type { SessionKind } from './share.ts';
import { readShare } from './share.ts';

/** What is found in a hurry is what the watchers find, who read every line in full. */

type Found = readonly [at: number, model: string, tokens: TokenClasses];

const THREAD = '01a1fbf5-53b3-7f02-b1ec-0000cafe0001';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'organoscope-agreement-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** In a file that ends with the text, whatever that is. */
function quickly(kind: SessionKind, text: string): Found[] {
  const file = path.join(folder, `rollout-2026-11-21T02-35-21-${THREAD}.jsonl`);
  writeFileSync(file, text);
  const next = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const columns = readShare({ kind, groups: [[file]], next });
  return Array.from({ length: countRows(columns) }, (_, row) => {
    const { at, model, tokens } = callAt(columns, row);
    return [at, model, tokens];
  });
}

function codexInFull(text: string): Found[] {
  const lines = text.split('\n').map((line) => readRolloutLine(line));
  const known = { state: newRollout(THREAD, 'host'), ledger: null, host: 'host' };
  return readRollout(lines, known).drafts.flatMap((draft): Found[] =>
    draft.type === 'usage' ? [[draft.occurredAt, draft.model, draft.tokens]] : [],
  );
}

function claudeInFull(text: string): Found[] {
  const lines = text.split('\n').map((line) => readTranscriptLine(line));
  const { calls, state } = readTranscriptLines(lines, newTranscript('s', null, 0));
  return [...calls, ...settleCalls(state).calls].map(({ at, model, tokens }) => [
    at,
    model,
    tokens,
  ]);
}

type Json = Readonly<Record<string, unknown>>;

const AT = '2026-11-21T02:35:22.500Z';
const usage = (input: number, more: Json = {}) => ({
  input_tokens: input,
  cached_input_tokens: 10,
  output_tokens: 20,
  reasoning_output_tokens: 5,
  ...more,
});
const line = (type: string, payload: Json, more: Json = {}) =>
  JSON.stringify({ timestamp: AT, ...more, type, payload });
const counted = (input: number, more: Json = {}) =>
  line('event_msg', {
    type: 'token_count',
    info: { total_token_usage: usage(input), last_token_usage: usage(10) },
    ...more,
  });
const recorded = (input: number) =>
  line('token_usage_record', { usage: usage(input), thread_token_usage: usage(input) });
/** As the newest builds write it, in every byte. */
const whole = (input: number) => {
  const counters = {
    input_tokens: input,
    cached_input_tokens: 10,
    cache_write_input_tokens: 0,
    output_tokens: 20,
    reasoning_output_tokens: 5,
    total_tokens: input + 20,
  };
  const ids = { thread_id: THREAD, turn_id: 't', response_id: 'r' };
  const all = { usage: counters, turn_token_usage: counters, thread_token_usage: counters };
  return line('token_usage_record', { ...ids, ...all }, { ordinal: 3 });
};
const turn = (model: string) => line('turn_context', { model, cwd: '/w' });
const meta = (more: Json = {}) => line('session_meta', { id: THREAD, cwd: '/w', ...more });
const said = (text: string) => line('response_item', { type: 'message', content: text });
const MARKS = `${recorded(7_000_000)}"type":"token_usage_record","cached_input_tokens":5`;

const CODEX: Readonly<Record<string, string>> = {
  'as they are captured': fixture('rollout-trimmed.jsonl'),
  'with marks inside of texts': [meta(), turn('m'), said(MARKS), counted(100), said(MARKS)].join(
    '\n',
  ),
  'told twice, by both builds': [meta(), recorded(100), counted(100), recorded(300)].join('\n'),
  'told twice, and then again from nothing': [
    meta(),
    recorded(300),
    counted(300),
    recorded(40),
    counted(40),
  ].join('\n'),
  'as the newest builds write them': [whole(100), whole(100), whole(250), whole(40)].join('\n'),
  'nearly as the newest builds write them': [
    whole(100).replace('"r"', '"\u0001"'),
    whole(200).replace('"r"', String.raw`"\u00e4\"usage\":"`),
    whole(300).replace('"input_tokens":300', '"input_tokens":0300'),
    whole(400).replaceAll('"input_tokens":400', '"input_tokens":4e2'),
    whole(500).replaceAll('"input_tokens":500', '"input_tokens":1000000000000'),
    whole(600).replaceAll('"cache_write_input_tokens":0,', ''),
    whole(700).replace('"turn_id":"t"', '"turn_id":{"usage":7}'),
    whole(800).replace('"total_tokens":820}}}', '"total_tokens":820,"input_tokens":5}}}'),
    whole(900).slice(0, -1),
    `${whole(1000)}}`,
    ` ${whole(1100)}`,
    `${whole(1200)} `,
    `${whole(1300)}${whole(1400)}`,
    whole(1500).replace(AT, '2026-13-45T99:99:99.000Z'),
    whole(1600),
  ].join('\n'),
  'with keys in another order': [
    JSON.stringify({ payload: { model: 'm' }, type: 'turn_context', timestamp: AT }),
    JSON.stringify({
      type: 'event_msg',
      payload: { info: { total_token_usage: usage(50) }, type: 'token_count' },
      timestamp: AT,
    }),
  ].join('\n'),
  'with blanks between': counted(100).replaceAll(':', ' : ').replaceAll(',', ' ,\t'),
  'with escapes in names and texts': [
    turn('m').replace('"model"', String.raw`"mod\u0065l"`),
    turn(String.raw`Ünï "quoted" \ 模型`),
    counted(100).replace('total_token', String.raw`total\u005ftoken`),
  ].join('\n'),
  'with keys twice': [
    counted(100).replace('"info":', '"info":{"total_token_usage":{"input_tokens":9}},"info":'),
    recorded(200).replace('"usage":', '"usage":{"input_tokens":1},"usage":'),
    counted(200),
  ].join('\n'),
  'cut in the middle, and gone on with behind it': [
    meta(),
    recorded(100).slice(0, -40),
    counted(100),
    recorded(200).slice(0, -1) + recorded(250),
    counted(300),
  ].join('\n'),
  'with ends as on Windows': [meta(), turn('m'), counted(100), counted(200), ''].join('\r\n'),
  'with lines that are none': ['', '[]', 'null', '{', '"', meta(), '   ', counted(9)].join('\n'),
  'with numbers that are none': [
    counted(1.5),
    recorded(-3),
    counted(1e15),
    counted(2, { info: null }),
    counted(20),
  ].join('\n'),
  'of a copied thread': [
    meta({ forked_from_id: 'x' }),
    turn('m'),
    counted(100),
    line('event_msg', { type: 'task_started', turn_id: '01a1fbf5-53c0-7403-be5f-0dfa7bc66aa4' }),
    turn('own'),
    counted(300),
  ].join('\n'),
  'without a time': [counted(100).replace(`"timestamp":"${AT}",`, ''), counted(200)].join('\n'),
  'of a type nobody knows': [line('token_total', { total_token_usage: usage(5) }), counted(9)].join(
    '\n',
  ),
};

describe('Codex session files', () => {
  test.each(Object.entries(CODEX))('%s', (_name, text) => {
    expect(quickly('codex', text)).toEqual(codexInFull(text));
  });

  test('cut at any byte', () => {
    const text = [turn('m'), said('ü'), recorded(100), counted(100)].join('\n');
    for (let end = 0; end <= text.length; end += 1) {
      const part = text.slice(0, end);
      expect(quickly('codex', part)).toEqual(codexInFull(part));
    }
  });

  test('with something to find', () => {
    const counts = Object.values(CODEX).map((text) => quickly('codex', text).length);
    expect(counts.filter((count) => count === 0)).toEqual([]);
  });
});

const answer = (id: string, output: number, more: Json = {}) => ({
  sessionId: 's',
  message: {
    model: 'claude-opus-4-5',
    id: `msg_01${id}`,
    content: [{ type: 'text', text: 'ü' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 3, cache_read_input_tokens: 7, output_tokens: output },
  },
  requestId: `req_011C${id}${'x'.repeat(20)}`,
  type: 'assistant',
  uuid: id,
  timestamp: AT,
  ...more,
});
const write = (...lines: Json[]) => lines.map((each) => JSON.stringify(each)).join('\n');
const TOLD = JSON.stringify(answer('z', 9_000_000));

const CLAUDE: Readonly<Record<string, string>> = {
  'in several lines, with more in the last': write(answer('a', 1), answer('a', 40)),
  'in several lines, with less in the last': write(answer('a', 40), answer('a', 1)),
  'with marks inside of texts and of arguments': write(
    { type: 'user', sessionId: 's', message: { content: TOLD }, timestamp: AT },
    answer('a', 4, {
      message: {
        ...answer('a', 4).message,
        content: [{ type: 'tool_use', id: 't', input: answer('b', 5), name: TOLD }],
      },
    }),
  ),
  'with keys in another order': write(
    Object.fromEntries(Object.entries(answer('a', 4)).toReversed()),
  ),
  'with keys twice': write(answer('a', 4)).replace('"output_tokens":', '"output_tokens":1,$&'),
  'with escapes': write(
    answer('a', 4, { message: { ...answer('a', 4).message, model: 'Ünï "c" 模型' } }),
  ).replace('"usage"', String.raw`"us\u0061ge"`),
  'cut in the middle, and gone on with behind it': [
    write(answer('a', 4)).slice(0, -30) + write(answer('b', 5)),
    write(answer('c', 6)),
    write(answer('d', 7)).slice(0, -5),
  ].join('\n'),
  'with ends as on Windows': `${write(answer('a', 4))}\r\n${write(answer('b', 5))}\r\n`,
  'with lines that are none': `\n[]\nnull\n{"output_tokens":\n"\n${write(answer('a', 4))}`,
  'with answers of the program itself': write(
    answer('a', 4, { isApiErrorMessage: true }),
    answer('b', 4, { message: { ...answer('b', 4).message, model: '<synthetic>' } }),
    answer('c', 5),
  ),
};

describe('Claude Code transcripts', () => {
  test.each(Object.entries(CLAUDE))('%s', (_name, text) => {
    const found = quickly('claude-code', text);
    expect(found).not.toEqual([]);
    expect(found).toEqual(claudeInFull(text));
  });

  test('cut at any byte', () => {
    const text = write(answer('a', 4), answer('b', 5));
    for (let end = 0; end <= text.length; end += 1) {
      const part = text.slice(0, end);
      expect(quickly('claude-code', part)).toEqual(claudeInFull(part));
    }
  });
});
