import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { refusal } from '#lab/hermes/replies.ts';
import type { LabHermes, LabHermesOptions } from '#lab/hermes/server.ts';
import { createLabHermes } from '#lab/hermes/server.ts';

import type { AnswerStream, ControlOutcome, Source } from '../source.ts';
import type { Recorder } from '../testing/recorder.ts';
import { createRecorder } from '../testing/recorder.ts';
import { createHermesSource } from './hermes-source.ts';

const KEY = 'hermes-key';
const FAST = { healthMs: 20, jobsMs: 20, sessionsMs: 20 };

let lab: LabHermes;
let recorder: Recorder;
let source: Source;

beforeEach(() => {
  recorder = createRecorder();
});
afterEach(async () => {
  await source.stop();
  await lab.stop();
});

async function connect(options: LabHermesOptions = {}, key = KEY): Promise<void> {
  lab = createLabHermes({ key: KEY, paceMs: null, ...options });
  const { url } = await lab.start();
  source = createHermesSource(
    { name: 'lab', url, apiKey: key, organismId: 'lab', intervals: FAST },
    recorder.deps,
  );
  await source.start();
  await recorder.until('a reading', () => recorder.of('source_status').at(-1)?.state === 'polling');
}

const status = () => recorder.of('source_status').at(-1);
const notices = () => (status()?.notices ?? []).join('\n');

function bodyOf(outcome: ControlOutcome): Record<string, unknown> {
  if (outcome.kind !== 'answered') throw new Error(outcome.reason);
  return Object.fromEntries(Object.entries(outcome.body ?? {}));
}

function streamOf(outcome: ControlOutcome): AnswerStream {
  if (outcome.kind !== 'answered' || outcome.stream === undefined) throw new Error('no stream');
  return outcome.stream;
}

async function startRun(body: Record<string, unknown> = { input: 'go' }) {
  const outcome = await source.control({ kind: 'start-run', body });
  const { run_id: runId, session_id: sessionId } = bodyOf(outcome);
  const run = lab.hall.find(String(runId));
  if (run === undefined) throw new Error(JSON.stringify(outcome));
  return { run, outcome, sessionId };
}

const eventReads = () => lab.requests.filter(({ path }) => path.endsWith('/events'));

describe('a Hermes source', () => {
  test('8: without capabilities the base version is assumed, and says what it cannot show', async () => {
    await connect({ profile: 'base' });
    await recorder.until('the notice', () => notices().includes("others' work only as a count"));
    expect(lab.requests.some(({ path }) => path === '/api/sessions')).toBe(false);
    const outcome = await source.control({ kind: 'stop-run', runId: 'run_1' });
    expect(outcome.kind).toBe('not-sent');
  });

  test('a run goes from its start to its bill, over one subscription', async () => {
    await connect();
    const { run, outcome, sessionId } = await startRun({
      input: 'Update it',
      instructions: 'Be brief.',
    });
    expect(outcome).toMatchObject({ status: 202 });
    expect(run.sessionId).toBe(sessionId);
    lab.hall.emit(run, { event: 'message.delta', timestamp: 1, delta: 'Done — 完了' });
    lab.hall.comment(run);
    await recorder.until('live', () => status()?.state === 'live');
    const config = () => JSON.stringify(recorder.of('organism').at(-1)?.config);
    await recorder.until('the slots', () => config().includes('"runSlots":{"used":1,"of":10}'));
    const usage = { input_tokens: 5120, output_tokens: 311, total_tokens: 5431 };
    lab.hall.emit(run, { event: 'run.completed', timestamp: 2, output: 'Done — 完了', usage });
    lab.hall.finish(run);
    await recorder.until('the bill', () => recorder.of('usage').length === 1);
    expect(recorder.of('message').map(({ payload }) => payload)).toEqual([
      { text: 'Update it' },
      { text: 'Done — 完了' },
    ]);
    await recorder.until('the end', () => status()?.state === 'polling');
    expect(recorder.of('thread_updated').at(-1)?.status).toBe('completed');
    expect(eventReads()).toHaveLength(1);
    expect(recorder.conflicts).toEqual([]);
  });

  test('4: a stream that breaks leaves the run unknown on the base version, and is not read again', async () => {
    await connect({ profile: 'base' });
    const { run } = await startRun();
    lab.hall.emit(run, { event: 'message.delta', timestamp: 1, delta: 'half' });
    lab.hall.cut(run);
    await recorder.until('unknown', () => recorder.of('gap').length === 1);
    expect(recorder.of('thread_updated').at(-1)?.status).toBe('unknown');
    const requests = lab.requests.length;
    await vi.waitFor(() => expect(lab.requests.length).toBeGreaterThan(requests + 10));
    expect(eventReads()).toHaveLength(1);
  });

  test('4: where the server tells how a run ended, that is taken', async () => {
    await connect();
    const { run } = await startRun();
    lab.hall.cut(run);
    run.output = 'Deploy prepared.';
    run.usage = { input_tokens: 9001, output_tokens: 420 };
    run.status = 'completed';
    await recorder.until('the bill', () => recorder.of('usage').length === 1);
    expect(recorder.of('thread_updated').at(-1)?.status).toBe('completed');
    expect(recorder.of('gap')).toEqual([]);
  });

  test('4: a run that broke off waits on, to be allowed and to end, where its status tells', async () => {
    await connect();
    const { run } = await startRun();
    lab.hall.cut(run);
    const asked = { command: 'rm -rf build', description: 'Delete it', choices: ['once', 'deny'] };
    lab.hall.emit(run, {
      event: 'approval.request',
      timestamp: 1,
      request_id: 'appr_1',
      ...asked,
    });
    const runs = () => recorder.of('organism').at(-1)?.config?.['runs'];
    const approval = { ...asked, requestId: 'appr_1' };
    await vi.waitFor(() =>
      expect(runs()).toEqual([{ runId: run.id, threadId: run.sessionId, approval }]),
    );
    expect(recorder.of('agent_state').at(-1)).toMatchObject({ state: 'waiting' });
    expect(recorder.of('organism').at(-1)?.config?.['runSlots']).toEqual({ used: 0, of: 10 });
    const body = { choice: 'once' };
    const allow = { kind: 'answer-approval', runId: run.id, body } as const;
    expect(await source.control(allow)).toMatchObject({ status: 200 });
    await vi.waitFor(() =>
      expect(runs()).toEqual([{ runId: run.id, threadId: run.sessionId, approval: null }]),
    );
    run.usage = { input_tokens: 9, output_tokens: 1 };
    lab.hall.emit(run, { event: 'run.completed', timestamp: 2 });
    await vi.waitFor(() => expect(runs()).toEqual([]));
    expect(recorder.of('usage')).toHaveLength(1);
    const kinds = recorder.of('message').map(({ payloadType }) => payloadType);
    expect(kinds.filter((kind) => kind === 'approval_request')).toHaveLength(1);
    expect(eventReads()).toHaveLength(1);
    expect(recorder.conflicts).toEqual([]);
  });

  test('4: a server that restarts under a run has forgotten it: unknown, and the next one works', async () => {
    await connect();
    const { port } = new URL(source.describe().url);
    const { run } = await startRun();
    lab.hall.emit(run, { event: 'tool.started', timestamp: 1, tool: 'terminal' });
    await recorder.until('the call', () => recorder.of('agent_state').length === 2);
    await lab.stop();
    await recorder.until('the outage', () => status()?.state === 'retrying');
    expect(recorder.of('organism').at(-1)?.status).toBe('stopped');
    lab = createLabHermes({ key: KEY, paceMs: null, port: Number(port), seed: 8 });
    await lab.start();
    await recorder.until('the end', () => recorder.of('gap').length === 1);
    expect(recorder.of('thread_updated').at(-1)?.status).toBe('unknown');
    await recorder.until('back', () => recorder.of('organism').at(-1)?.status === 'running');
    expect(recorder.of('organism').at(-1)).toMatchObject({
      config: { runs: [], runSlots: { used: 0, of: 10 } },
    });
    expect(recorder.of('message').at(-1)?.payload).toMatchObject({ outcome: 'unknown' });
    expect(eventReads()).toEqual([]);
    const next = await startRun();
    lab.hall.emit(next.run, { event: 'run.completed', timestamp: 2, output: 'done' });
    lab.hall.finish(next.run);
    await recorder.until('the next', () =>
      recorder.of('message').some(({ payload }) => JSON.stringify(payload).includes('done')),
    );
    expect(recorder.conflicts).toEqual([]);
  });

  test('5: a run has one subscriber, however often it is asked for', async () => {
    await connect();
    const { run } = await startRun();
    const again = await source.control({ kind: 'watch-run', runId: run.id, sessionId: null });
    expect(again).toMatchObject({ kind: 'answered', status: 409 });
    const handed = lab.hall.open('theirs');
    const watch = { kind: 'watch-run', runId: handed?.id ?? '', sessionId: 'theirs' } as const;
    const answers = await Promise.all([source.control(watch), source.control(watch)]);
    expect(answers.map((answer) => (answer.kind === 'answered' ? answer.status : 0))).toEqual([
      202, 409,
    ]);
    expect(lab.hall.secondReaders).toBe(0);
    expect(eventReads()).toHaveLength(2);
  });

  test('5: a run that was open at a restart is settled, never subscribed to again', async () => {
    await connect();
    const { run } = await startRun();
    await recorder.until('the cursor', () => (recorder.cursors['runs'] ?? '').includes(run.id));
    await source.stop();
    run.status = 'interrupted';
    source = createHermesSource(
      { ...source.describe(), apiKey: KEY, intervals: FAST },
      recorder.deps,
    );
    await source.start();
    await recorder.until(
      'the end',
      () => recorder.of('thread_updated').at(-1)?.status === 'killed',
    );
    expect(eventReads()).toHaveLength(1);
    expect(JSON.parse(recorder.cursors['runs'] ?? '')).toMatchObject({ open: [] });
  });

  test('6: refusals come back as they are, and no request has an Origin', async () => {
    await connect();
    expect(
      await source.control({ kind: 'watch-run', runId: 'run_none', sessionId: null }),
    ).toMatchObject({ status: 404, body: { error: { code: 'run_not_found' } } });
    expect(await source.control({ kind: 'start-run', body: {} })).toMatchObject({ status: 400 });
    const input = 'x'.repeat(1_000_001);
    const large = await source.control({ kind: 'start-run', body: { input } });
    expect(large).toMatchObject({ status: 413 });
    for (let count = 0; count < 10; count += 1) await startRun();
    const eleventh = await source.control({ kind: 'start-run', body: { input: 'one more' } });
    expect(eleventh).toMatchObject({
      status: 429,
      body: { error: { code: 'rate_limit_exceeded' } },
    });
    expect(lab.requests.filter(({ headers }) => headers.origin !== undefined)).toEqual([]);
    const keys = lab.requests
      .filter(({ path }) => path === '/v1/runs')
      .map(({ headers }) => headers);
    expect(new Set(keys.map((headers) => headers['idempotency-key'])).size).toBe(keys.length);
  });

  test('6: a wrong key is said in words', async () => {
    await connect({}, 'another');
    await recorder.until('the notice', () => notices().includes('the key was refused'));
    expect(notices()).toContain('401');
  });

  test('6: a server that is too busy is asked less often', async () => {
    await connect();
    lab.failNext('/health', { ...refusal(503, 'Busy'), headers: { 'retry-after': '0' } }, 2);
    await recorder.until('retrying', () => status()?.state === 'retrying');
    expect(status()).toMatchObject({ reason: 'GET /health answered 503', attempt: 1 });
    expect(status()?.nextTryAt).toBeGreaterThan(Date.now() - 60_000);
    await recorder.until('back', () => status()?.state === 'polling');
  });

  test('9: a job that failed is one error, however often it is read', async () => {
    await connect();
    const reads = () => lab.requests.filter(({ path }) => path === '/api/jobs').length;
    await vi.waitFor(() => expect(reads()).toBeGreaterThan(3));
    expect(recorder.of('error').map(({ text }) => text)).toEqual([
      'job hourly probe, run: Connection error.',
    ]);
    const config = recorder.of('organism').at(-1)?.config;
    expect(config).toMatchObject({ jobs: [{ id: '3f9c0a1b2c4d' }, { id: 'a0b1c2d3e4f5' }] });
  });

  test.each([
    ['chat', { messages: [{ role: 'user', content: 'What is here?' }] }],
    ['responses', { input: 'What is here?' }],
  ] as const)('an answer in the form of %s is followed like a run', async (form, body) => {
    await connect();
    const outcome = await source.control({ kind: 'ask', form, body });
    expect(outcome).toMatchObject({ status: 202 });
    const { session_id: sessionId } = bodyOf(outcome);
    await recorder.until('the bill', () => recorder.of('usage').length === 1);
    const texts = recorder.of('message').filter(({ payloadType }) => payloadType === 'text');
    expect(texts.map(({ from, threadId, payload }) => [from, threadId, payload])).toEqual([
      ['user', sessionId, { text: 'What is here?' }],
      ['hermes-agent', sessionId, { text: 'There is one file — 完了.' }],
    ]);
    expect(recorder.of('thread_updated').at(-1)?.status).toBe('completed');
    await vi.waitFor(() => expect(recorder.of('organism').at(-1)?.config?.['runs']).toEqual([]));
    const asked = lab.requests.find(({ path }) => /completions|responses/.test(path));
    expect(asked?.headers).toMatchObject({ 'x-hermes-session-id': sessionId });
    expect(asked?.headers).not.toHaveProperty('origin');
    expect(recorder.conflicts).toEqual([]);
    expect(lab.interrupted).toBe(0);
  });

  test.each([
    ['chat', { messages: [{ role: 'user', content: 'What is here?' }] }, '[DONE]'],
    ['responses', { input: 'What is here?' }, 'response.completed'],
  ] as const)('an answer of %s that is asked for as a stream is passed on', async (...asked) => {
    const [form, given, last] = asked;
    await connect();
    recorder.hold();
    const outcome = await source.control({ kind: 'ask', form, body: { ...given, stream: true } });
    const { session_id: sessionId } = bodyOf(outcome);
    const { bytes, headers } = streamOf(outcome);
    expect(headers).toEqual({
      'content-type': 'text/event-stream',
      'x-hermes-session-id': sessionId,
    });
    let hasBegun = false;
    const text = new Response(
      bytes.pipeThrough(
        new TransformStream({
          transform(chunk, controller) {
            hasBegun = true;
            controller.enqueue(chunk);
          },
        }),
      ),
    ).text();
    const isAsked = () => lab.requests.some(({ path }) => /completions|responses/.test(path));
    await vi.waitFor(() => expect(isAsked()).toBe(true));
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    // Nothing leaves before the question is stored.
    expect(hasBegun).toBe(false);
    recorder.release();
    expect(await text).toContain(last);
    expect(recorder.of('usage')).toHaveLength(1);
    expect(recorder.of('thread_updated').at(-1)?.status).toBe('completed');
    expect(lab.interrupted).toBe(0);
  });

  test('who leaves a stream hangs up on it, and one that breaks off breaks off', async () => {
    await connect();
    lab.holdsAnswers = true;
    const body = { input: 'Wait', stream: true };
    const ask = { kind: 'ask', form: 'responses', body } as const;
    const last = () => recorder.of('thread_updated').at(-1)?.status;
    await streamOf(await source.control(ask)).bytes.cancel();
    await recorder.until('the stop', () => last() === 'killed');
    await vi.waitFor(() => expect(lab.interrupted).toBe(1));

    const { bytes } = streamOf(await source.control(ask));
    const cut = new Response(bytes).text().catch((error: unknown) => error);
    // One that nobody reads holds nothing up.
    streamOf(await source.control(ask));
    await source.stop();
    expect(await cut).toMatchObject({ message: 'the answer broke off' });
  });

  test('an answer is stopped by hanging up, and one that breaks off is unknown', async () => {
    await connect();
    lab.holdsAnswers = true;
    const ask = { kind: 'ask', form: 'responses', body: { input: 'Wait' } } as const;
    const { run_id: first } = bodyOf(await source.control(ask));
    expect(await source.control({ kind: 'stop-run', runId: String(first) })).toMatchObject({
      body: { status: 'stopping' },
    });
    const last = () => recorder.of('thread_updated').at(-1)?.status;
    await recorder.until('the stop', () => last() === 'killed');
    await vi.waitFor(() => expect(lab.interrupted).toBe(1));
    await source.control(ask);
    const { port } = new URL(source.describe().url);
    await lab.stop();
    lab = createLabHermes({ key: KEY, paceMs: null, port: Number(port) });
    await lab.start();
    await recorder.until('the break', () => last() === 'unknown');
    expect(lab.requests.some(({ path }) => path.includes('/v1/runs/'))).toBe(false);
    expect(recorder.of('gap')).toHaveLength(1);
    expect(recorder.conflicts).toEqual([]);
  });

  test('an answer without a key belongs to the session that the server names', async () => {
    lab = createLabHermes({ paceMs: null });
    const { url } = await lab.start();
    source = createHermesSource(
      { name: 'lab', url, organismId: 'lab', intervals: FAST },
      recorder.deps,
    );
    await source.start();
    await recorder.until('a reading', () => status()?.state === 'polling');
    const body = { messages: [{ role: 'user', content: 'Hi' }] };
    const outcome = await source.control({ kind: 'ask', form: 'chat', body });
    expect(bodyOf(outcome)['session_id']).toMatch(/^api-[0-9a-f]{16}$/);
    const refused = await source.control({ kind: 'ask', form: 'chat', body: {} });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_request_error' } },
    });
  });

  test("sessions of others are read once, and billed by what they add; our runs' are not", async () => {
    await connect();
    lab.sessions.grow(500, Date.now());
    await recorder.until('the transcript', () => recorder.of('message').length === 500);
    lab.sessions.grow(100, Date.now());
    await recorder.until('the rest', () => recorder.of('message').length === 600);
    const expected = lab.sessions.list().reduce((sum, row) => sum + row.input_tokens, 0);
    const billed = () =>
      recorder.of('usage').reduce((sum, { tokens }) => sum + tokens.inputFresh, 0);
    await recorder.until('the bill', () => billed() === expected);
    expect(recorder.conflicts).toEqual([]);
  });

  test('an open run is on the card of its instance, with what it waits to be allowed', async () => {
    await connect();
    const { run, sessionId } = await startRun();
    const runs = () => recorder.of('organism').at(-1)?.config?.['runs'];
    const card = { runId: run.id, threadId: sessionId, approval: null };
    await vi.waitFor(() => expect(runs()).toEqual([card]));
    const request = {
      command: 'rm -rf build',
      description: 'Delete it',
      choices: ['once', 'deny'],
    };
    lab.hall.emit(run, { event: 'approval.request', timestamp: 1, ...request });
    const approval = { ...request, requestId: null };
    await vi.waitFor(() => expect(runs()).toEqual([{ ...card, approval }]));
    lab.hall.emit(run, { event: 'approval.responded', timestamp: 2, choice: 'once' });
    await vi.waitFor(() => expect(runs()).toEqual([card]));
    lab.hall.emit(run, { event: 'run.cancelled', timestamp: 3 });
    lab.hall.finish(run);
    await vi.waitFor(() => expect(runs()).toEqual([]));
  });

  test('approvals, steering and stopping go to the run', async () => {
    await connect();
    const { run } = await startRun();
    const { id: runId } = run;
    const choice = { choice: 'once' };
    lab.hall.emit(run, { event: 'approval.request', timestamp: 1, command: 'ls' });
    expect(await source.control({ kind: 'answer-approval', runId, body: choice })).toMatchObject({
      status: 200,
      body: { choice: 'once' },
    });
    const wrong = { choice: 'perhaps' };
    expect(await source.control({ kind: 'answer-approval', runId, body: wrong })).toMatchObject({
      status: 400,
    });
    const steer = { input: 'shorter' };
    expect(await source.control({ kind: 'steer-run', runId, body: steer })).toMatchObject({
      body: { accepted: true },
    });
    expect(await source.control({ kind: 'kill', threadId: run.sessionId })).toMatchObject({
      body: { status: 'stopping' },
    });
    await recorder.until(
      'the end',
      () => recorder.of('thread_updated').at(-1)?.status === 'killed',
    );
  });
});
