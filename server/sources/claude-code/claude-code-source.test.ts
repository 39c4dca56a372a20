import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ZERO_TOKENS, addTokens } from '#organism/tokens.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';
import { createIngest } from '#server/ingest/ingest.ts';
import { createPreparation } from '#server/ingest/prepare.ts';
import { createPricer } from '#server/ingest/price.ts';
import { createRedactor } from '#server/ingest/redact.ts';

import type { Source } from '../source.ts';
import type { Recorder } from '../testing/recorder.ts';
import { createRecorder, scheduleSoon } from '../testing/recorder.ts';
import { createClaudeCodeSource } from './claude-code-source.ts';
import { answerLine, otherLine, resultLine, toFile, userLine } from './testing/transcript-lines.ts';
import { readTranscript } from './transcript-file.ts';

const SAMPLES = new URL('../../../../shared/samples/', import.meta.url);
/** Older than what may still be at work. */
const LONG_AGO_S = 1_700_000_000;
const ONE_CALL = {
  inputFresh: 120,
  cacheRead: 4000,
  cacheWrite: 900,
  outputVisible: 40,
  reasoning: 0,
};
const TOOL_USE = { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' } };

let root: string;
let recorder: Recorder;
let source: Source;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'organoscope-claude-'));
  recorder = createRecorder({ schedule: scheduleSoon });
  source = connect();
});
afterEach(async () => {
  await source.stop();
  rmSync(root, { recursive: true, force: true });
});

function connect(): Source {
  const url = pathToFileURL(root).href;
  return createClaudeCodeSource(
    { name: 'claude-code', url, organismId: 'claude-code' },
    recorder.deps,
  );
}

function write(name: string, lines: readonly string[], isOld = true): string {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, toFile(lines));
  if (isOld) utimesSync(file, LONG_AGO_S, LONG_AGO_S);
  return file;
}

const looked = (state: string) =>
  recorder.until(state, () => recorder.of('source_status').at(-1)?.state === state);
async function readAll(): Promise<void> {
  await source.start();
  await looked('polling');
}
const calls = () => recorder.of('usage').map(({ id, tokens }) => [id, tokens.outputVisible]);
const said = () =>
  recorder.of('message').map(({ payloadType, from, to }) => [payloadType, from, to]);

describe('a folder of Claude Code transcripts', () => {
  test('bills an answer of several lines once, from the one that counts most', async () => {
    write('app/s.jsonl', [
      userLine('hello', { promptId: 'prompt-1' }),
      answerLine(['msg_1', 'req_1'], { output: 1 }),
      answerLine(['msg_1', 'req_1'], { output: 40, content: [TOOL_USE] }),
      answerLine(['msg_1', 'req_1'], {
        output: 7,
        content: [{ type: 'thinking', thinking: 'hm' }],
      }),
      resultLine('toolu_1', 'README.md'),
      answerLine(['msg_2', 'req_2'], { output: 5, stop: 'end_turn' }),
    ]);
    await readAll();
    expect(calls()).toEqual([
      ['req_1', 40],
      ['req_2', 5],
    ]);
    expect(recorder.of('usage')[0]).toMatchObject({
      tokens: ONE_CALL,
      cacheWrite1h: 300,
      provider: 'anthropic',
      metadata: { cacheWrite5m: 600, cacheWrite1h: 300 },
    });
    expect(said()).toEqual([
      ['prompt', 'user', 'claude-code'],
      ['completion', 'claude-code', 'user'],
      ['tool_call', 'claude-code', 'Bash'],
      ['reasoning', 'claude-code', 'user'],
      ['tool_result', 'Bash', 'claude-code'],
      ['completion', 'claude-code', 'user'],
    ]);
    expect(recorder.of('agent_state').map(({ state }) => state)).toEqual(['processing', 'idle']);
    expect(recorder.rejects).toEqual([]);
  });

  test('keeps how often a call searched the web, which no token says', async () => {
    const usage = (web_search_requests: number) => ({
      input_tokens: 5,
      output_tokens: 7,
      server_tool_use: { web_search_requests, web_fetch_requests: 1 },
    });
    write('app/s.jsonl', [
      answerLine(['msg_1', 'req_1'], { usage: usage(3) }),
      answerLine(['msg_2', 'req_2'], { usage: usage(0) }),
    ]);
    await readAll();
    expect(recorder.of('usage').map(({ metadata }) => metadata?.['webSearches'])).toEqual([
      3,
      undefined,
    ]);
  });

  test('bills answers that a gateway gave the id of one request apart', async () => {
    write('app/s.jsonl', [
      answerLine(['msg_1', 'req_1'], { output: 9 }),
      answerLine(['msg_2', 'req_1'], { output: 10 }),
      answerLine(['msg_2', 'req_1'], { output: 11 }),
    ]);
    await readAll();
    expect(calls()).toEqual([
      ['req_1', 9],
      ['msg_2', 11],
    ]);
  });

  test('bills an answer on the day of its first line, when later ones say no more', async () => {
    const at = (time: string) => ({ at: `2026-11-${time}.000Z` });
    write('app/s.jsonl', [
      answerLine(['msg_1', 'req_1'], { output: 40 }, at('20T23:59:59')),
      answerLine(['msg_1', 'req_1'], { output: 40 }, at('21T00:00:01')),
      answerLine(['msg_2', 'req_2'], { output: 1 }, at('21T23:59:59')),
      answerLine(['msg_2', 'req_2'], { output: 40 }, at('22T00:00:01')),
    ]);
    await readAll();
    const times = recorder.of('usage').map(({ occurredAt }) => new Date(occurredAt).toISOString());
    expect(times).toEqual(['2026-11-20T23:59:59.000Z', '2026-11-22T00:00:01.000Z']);
  });

  test('bills nothing before the answer is whole', async () => {
    const file = write('app/s.jsonl', [answerLine(['msg_1', 'req_1'], { output: 1 })], false);
    await readAll();
    expect(calls()).toEqual([]);
    appendFileSync(file, toFile([answerLine(['msg_1', 'req_1'], { output: 40 })]));
    appendFileSync(file, toFile([userLine('and now?')]));
    await recorder.until('the call', () => calls().length === 1);
    expect(calls()).toEqual([['req_1', 40]]);
  });

  test('goes on after a restart where it was, with an answer half told', async () => {
    const file = write('app/s.jsonl', [answerLine(['msg_1', 'req_1'], { output: 1 })], false);
    await readAll();
    await source.stop();
    appendFileSync(file, toFile([answerLine(['msg_1', 'req_1'], { output: 40 })]));
    utimesSync(file, LONG_AGO_S, LONG_AGO_S);
    source = connect();
    await source.start();
    await recorder.until('the call', () => calls().length === 1);
    expect(calls()).toEqual([['req_1', 40]]);
    expect(recorder.counts.duplicate).toBe(0);
  });

  test.each([
    ['short ids', 'req_7', 'msg_7'],
    ['ids of the API', 'req_011CQ8yVfX2kTzLqN4mPaBcD', 'msg_01HwXkYbP3mQvR5tZ7uJ9nLs'],
  ])('bills what a resumed session repeats once: %s', async (_ids, requestId, messageId) => {
    const line = (session: string) =>
      answerLine([messageId, requestId], { stop: 'end_turn' }, { session, uuid: 'same' });
    write('app/a.jsonl', [line('a')]);
    write('app/b.jsonl', [line('b'), answerLine(['msg_8', 'req_8'], {}, { session: 'b' })]);
    await readAll();
    expect(calls()).toEqual([
      [requestId, 40],
      ['req_8', 40],
    ]);
    expect(recorder.of('usage')[0]?.threadId).toBe('a');
  });

  test('does not bill what no model answered', async () => {
    write('app/s.jsonl', [
      answerLine(['m-1', null], { model: '<synthetic>' }),
      answerLine(
        ['m-2', null],
        { model: '<synthetic>', content: [{ type: 'text', text: 'API Error: 529 overloaded' }] },
        { isApiErrorMessage: true },
      ),
    ]);
    await readAll();
    expect(calls()).toEqual([]);
    expect(recorder.of('error')).toMatchObject([
      { text: 'API Error: 529 overloaded', severity: 'error' },
    ]);
  });

  test('tells of tools that failed, of warnings, summaries and interruptions', async () => {
    write('app/s.jsonl', [
      otherLine('summary', { summary: 'About notes', leafUuid: 'leaf' }),
      answerLine(['msg_1', 'req_1'], { content: [TOOL_USE] }),
      resultLine('toolu_1', 'no such file', { is_error: true }),
      otherLine('system', { subtype: 'api_error', level: 'error', error: { message: 'retrying' } }),
      userLine([{ type: 'text', text: '[Request interrupted by user for tool use]' }]),
    ]);
    await readAll();
    expect(recorder.of('error').map(({ text, severity }) => [text, severity])).toEqual([
      ['Bash: no such file', 'warning'],
      ['retrying', 'warning'],
      ['interrupted by the user', 'warning'],
    ]);
    expect(recorder.of('message')[0]).toMatchObject({ payload: { text: 'About notes' } });
    expect(recorder.of('agent_state').at(-1)?.state).toBe('idle');
  });

  test('keeps lines nobody knows, and skips its bookkeeping', async () => {
    write('app/s.jsonl', [
      otherLine('quantum-leap', { to: 1985 }),
      otherLine('system', { subtype: 'compact_boundary' }),
      otherLine('file-history-snapshot', { snapshot: {} }),
      '{"type":"assi',
    ]);
    await readAll();
    expect(recorder.of('raw').map(({ name }) => name)).toEqual([
      'quantum-leap',
      'system.compact_boundary',
    ]);
    expect(recorder.rejects).toHaveLength(1);
  });

  test('makes sub-agents child agents, in a file of their own or beside the session', async () => {
    write('app/s.jsonl', [
      answerLine(['msg_1', 'req_1']),
      answerLine(['msg_2', 'req_2'], {}, { isSidechain: true, uuid: 'chain-one' }),
      answerLine(['msg_3', 'req_3'], {}, { isSidechain: true, parentUuid: 'chain-one' }),
    ]);
    write('app/session-1/subagents/agent-a1.jsonl', [
      userLine('look around', { isSidechain: true, agentId: 'a1' }),
      answerLine(['msg_4', 'req_4'], {}, { isSidechain: true, agentId: 'a1' }),
    ]);
    const meta = path.join(root, 'app/session-1/subagents/agent-a1.meta.json');
    writeFileSync(meta, '{"agentType":"Explore"}');
    await readAll();
    const children = recorder.of('agent').filter(({ parent }) => parent === 'claude-code');
    expect(children.map(({ agent }) => agent)).toEqual(['subagent chain-on', 'Explore a1']);
    const billed = recorder.of('usage').map(({ agent, threadId }) => `${agent} in ${threadId}`);
    expect(billed.toSorted()).toEqual([
      'Explore a1 in session-1',
      'claude-code in session-1',
      'subagent chain-on in session-1',
      'subagent chain-on in session-1',
    ]);
    expect(said()).toContainEqual(['prompt', 'claude-code', 'Explore a1']);
  });

  test('gives the same wherever the file is cut', async () => {
    const text = toFile([
      userLine('zoë asks', { promptId: 'prompt-1' }),
      answerLine(['msg_1', 'req_1'], { output: 1 }),
      answerLine(['msg_1', 'req_1'], { content: [TOOL_USE] }),
      resultLine('toolu_1', 'ok'),
      answerLine(['msg_2', 'req_2'], { stop: 'end_turn' }),
    ]);
    const bytes = Buffer.from(text);
    const read = async (cuts: readonly number[]): Promise<string[]> => {
      const own = createRecorder();
      const file = path.join(root, 'cut.jsonl');
      for (const size of [...cuts, bytes.length]) {
        writeFileSync(file, bytes.subarray(0, size));
        const changedAt = size === bytes.length ? 0 : Date.now();
        const deps = { ...own.deps, isStopped: () => false };
        await readTranscript({ name: 'cut.jsonl', path: file, size, changedAt }, deps);
      }
      expect(own.rejects).toEqual([]);
      return own.drafts.map((draft) => JSON.stringify(draft)).sort();
    };
    const whole = await read([]);
    expect(whole.length).toBeGreaterThan(10);
    for (let cut = 1; cut < bytes.length; cut += 37) expect(await read([cut])).toEqual(whole);
  });

  test('written anew changes nothing, and what is gone is not missed', async () => {
    const lines = [userLine('one'), answerLine(['msg_1', 'req_1']), userLine('two')];
    const file = write('app/s.jsonl', lines, false);
    await readAll();
    const { accepted } = recorder.counts;
    writeFileSync(file, toFile(lines.slice(0, 1)));
    await recorder.until('its head again', () => recorder.counts.duplicate > 0);
    writeFileSync(file, toFile([...lines, userLine('three')]));
    await recorder.until('what is new', () => said().length === 4);
    expect(recorder.conflicts).toEqual([]);
    expect(calls()).toHaveLength(1);
    const next = write('app/t.jsonl', [userLine('four')], false);
    await recorder.until('the next file', () => said().length === 5);
    rmSync(file);
    appendFileSync(next, toFile([userLine('five')]));
    await recorder.until('its next line', () => said().length === 6);
    expect(recorder.counts.accepted).toBeGreaterThan(accepted);
  });
});

describe.skipIf(!existsSync(SAMPLES))('a session told by transcript, telemetry and hooks', () => {
  const SESSION = '47945ed2-fddc-443f-90db-5770d12cdf6b';
  let kit: TestApi;
  beforeEach(async () => {
    kit = await openTestApi();
  });
  afterEach(() => kit.close());

  const read = (name: string): string => readFileSync(new URL(name, SAMPLES), 'utf8');
  const post = (route: string, body: string) =>
    kit.request('POST', route, { body, headers: { 'content-type': 'application/json' } });
  const readFile = async (): Promise<void> => {
    const promptId = 'a1142b7c-a68e-4280-b356-86502387754d';
    const own = { session: SESSION, promptId };
    const bash = { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'echo hi' } };
    const file = write(`app/${SESSION}.jsonl`, [
      userLine('say hi with bash', { ...own, uuid: 'u1' }),
      answerLine(['msg_1', 'req_1'], { content: [bash] }, { ...own, uuid: 'u2' }),
      resultLine('toolu_1', 'hi', { ...own, uuid: 'u3' }),
      answerLine(['msg_2', 'req_2'], { output: 12, stop: 'end_turn' }, { ...own, uuid: 'u4' }),
    ]);
    const ingest = createIngest({
      store: kit.store,
      preparation: createPreparation({
        redactor: createRedactor({ profile: 'standard' }),
        pricer: createPricer(),
      }),
      publish: (events) => kit.organisms.publish(events),
      now: Date.now,
    });
    const size = readFileSync(file).length;
    await readTranscript(
      { name: `app/${SESSION}.jsonl`, path: file, size, changedAt: 0 },
      {
        deliver: (delivery) =>
          ingest.deliver({ source: 'claude-code', organismId: 'claude-code' }, delivery),
        getCursor: (name) => kit.store.getCursor('claude-code', name),
        now: Date.now,
        isStopped: () => false,
      },
    );
  };
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    file: readFile,
    logs: () => post('/v1/logs', read('otlp/otlp-claude-code-logs.json')),
    spans: () => post('/v1/traces', read('otlp/otlp-claude-code-traces.json')),
    metrics: () => post('/v1/metrics', read('otlp/otlp-claude-code-metrics.json')),
    async hooks() {
      const bodies = JSON.parse(read('hooks/hooks-claude-code.json')) as { session_id: string }[];
      for (const body of bodies.filter(({ session_id: id }) => id === SESSION)) {
        await post('/hooks/claude-code', JSON.stringify(body));
      }
    },
  };

  test.each([
    [['file', 'logs', 'spans', 'metrics', 'hooks']],
    [['hooks', 'logs', 'file', 'spans', 'metrics']],
    [['spans', 'metrics', 'hooks', 'file', 'logs']],
    [['logs', 'hooks', 'spans', 'file', 'file']],
  ])('is billed once, and each prompt, call and result told once: %j', async (order) => {
    for (const step of [...order, ...order]) await steps[step]?.();
    const events = await kit.store.readEvents({ since: 0, limit: 10_000 });
    const tokens = events.flatMap((event) => (event.type === 'usage' ? [event.tokens] : []));
    expect(tokens.reduce(addTokens, ZERO_TOKENS)).toEqual(
      addTokens(ONE_CALL, { ...ONE_CALL, outputVisible: 12 }),
    );
    const kinds = events.flatMap((event) => (event.type === 'message' ? [event.payloadType] : []));
    for (const kind of ['prompt', 'tool_call', 'tool_result']) {
      expect(kinds.filter((each) => each === kind)).toHaveLength(1);
    }
    const rejects = (await kit.store.sourceCounts()).map(({ rejected }) => rejected);
    expect(rejects.every((count) => count === 0)).toBe(true);
  });
});
