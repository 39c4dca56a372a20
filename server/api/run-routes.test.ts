import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LabHermes } from '#lab/hermes/server.ts';
import { createLabHermes } from '#lab/hermes/server.ts';
import { commandListSchema } from '#organism/api/resources.ts';

import { createHermesSource } from '../sources/hermes/hermes-source.ts';
import type { Source } from '../sources/source.ts';
import type { Recorder } from '../sources/testing/recorder.ts';
import { createRecorder } from '../sources/testing/recorder.ts';
import type { TestApi } from './test-kit.ts';
import { openTestApi } from './test-kit.ts';

const RUNS = '/api/v1/sources/one-source/runs';
const FAST = { healthMs: 20, jobsMs: 20, sessionsMs: 20 };

let lab: LabHermes;
let recorder: Recorder;
let source: Source;
let kit: TestApi;

beforeEach(async () => {
  lab = createLabHermes({ paceMs: null });
  const { url } = await lab.start();
  recorder = createRecorder();
  const config = { name: 'one-source', url, organismId: 'one', intervals: FAST };
  source = createHermesSource(config, recorder.deps);
  await source.start();
  await recorder.until('a reading', () => recorder.of('source_status').at(-1)?.state === 'polling');
  kit = await openTestApi({ control: (command) => source.control(command) });
});
afterEach(async () => {
  await kit.close();
  await source.stop();
  await lab.stop();
});

async function start(): Promise<string> {
  const { status, body } = await kit.post(RUNS, { input: 'Update the changelog' });
  expect(status).toBe(202);
  return (body as { run_id: string }).run_id;
}

describe('runs', () => {
  it('are started upstream, followed, and written down', async () => {
    const { status, body } = await kit.post(RUNS, { input: 'Update it', instructions: 'Be brief' });
    expect(status).toBe(202);
    const { run_id: runId, session_id: sessionId } = body as Record<string, string>;
    expect(lab.hall.find(runId ?? '')?.sessionId).toBe(sessionId);
    await recorder.until('its question', () => recorder.of('message').length === 1);
    const log = commandListSchema.parse((await kit.get('/api/v1/commands')).body);
    expect(log.commands[0]).toMatchObject({ command: 'start-run', actor: 'key', status: 202 });
  });

  it('bring the refusal of the upstream back in its words', async () => {
    for (let slot = 0; slot < 10; slot += 1) lab.hall.open('theirs');
    expect(await kit.post(RUNS, { input: 'One more' })).toMatchObject({
      status: 429,
      body: { error: { code: 'rate_limit_exceeded' } },
    });
  });

  it('of others are handed over once', async () => {
    const theirs = lab.hall.open('their-session');
    const watch = `${RUNS}/${theirs?.id}/watch?session_id=their-session`;
    expect((await kit.post(watch, {})).status).toBe(202);
    expect((await kit.post(watch, {})).status).toBe(409);
    expect(lab.hall.secondReaders).toBe(0);
    expect((await kit.post(`${RUNS}/run_nobody/watch`, {})).status).toBe(404);
  });

  it('pass an answer on as it comes to who asks for a stream, with the key only', async () => {
    const path = '/api/v1/sources/one-source/chat/completions';
    const body = { messages: [{ role: 'user', content: 'Hi' }], stream: true };
    const { status, headers, text } = await kit.post(path, body);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(headers.get('x-hermes-session-id')).toMatch(/^api-/);
    expect(text).toContain('chat.completion.chunk');
    expect(text.trimEnd()).toMatch(/data: \[DONE\]/);
    await recorder.until('the bill', () => recorder.of('usage').length === 1);
    const log = commandListSchema.parse((await kit.get('/api/v1/commands')).body);
    expect(log.commands[0]).toMatchObject({ command: 'ask', actor: 'key', status: 200 });
  });

  it('may be asked for in the words of OpenAI', async () => {
    const { status, body } = await kit.post('/api/v1/sources/one-source/chat/completions', {
      messages: [{ role: 'user', content: 'Hi' }],
    });
    expect([status, body]).toMatchObject([202, { session_id: expect.stringMatching(/^api-/) }]);
    await recorder.until('the answer', () => recorder.of('usage').length === 1);
    expect((await kit.post('/api/v1/sources/one-source/responses', { input: 'Hi' })).status).toBe(
      202,
    );
    await recorder.until('the next', () => recorder.of('usage').length === 2);
    const none = await kit.post('/api/v1/sources/one-source/chat/completions', { messages: [] });
    expect(none.status).toBe(422);
  });

  it('are stopped, allowed and steered', async () => {
    const runId = await start();
    const run = `${RUNS}/${runId}`;
    expect(await kit.post(`${run}/approval`, { choice: 'once' })).toMatchObject({
      status: 409,
      body: { error: { code: 'approval_not_pending' } },
    });
    const running = lab.hall.find(runId);
    if (running !== undefined) lab.hall.emit(running, { event: 'approval.request', timestamp: 1 });
    expect(await kit.post(`${run}/approval`, { choice: 'once' })).toMatchObject({
      status: 200,
      body: { choice: 'once' },
    });
    expect(await kit.post(`${run}/approval`, { choice: 'maybe' })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_approval_choice' } },
    });
    expect((await kit.post(`${run}/steer`, { input: 'Shorter' })).status).toBe(200);
    expect(await kit.post(`${run}/steer`, {})).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_steer_input' } },
    });
    expect(await kit.post(`${run}/stop`)).toMatchObject({
      status: 200,
      body: { status: 'stopping' },
    });
    await recorder.until(
      'the end',
      () => recorder.of('thread_updated').at(-1)?.status === 'killed',
    );
    expect(await kit.post(`${run}/stop`)).toMatchObject({
      status: 409,
      body: { error: { code: 'run_not_active' } },
    });
  });

  const ASKED = ['chat/completions', 'responses'].map(
    (path) => `/api/v1/sources/one-source/${path}`,
  );
  it.each([...ASKED, RUNS, `${RUNS}/run_1/stop`, `${RUNS}/run_1/approval`, `${RUNS}/run_1/steer`])(
    'POST %s is nothing without the control key',
    async (path) => {
      const answer = await kit.request('POST', path, {
        body: '{"input":"x"}',
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(401);
      expect(kit.sent).toEqual([]);
    },
  );

  it('are refused before they are sent: another source, no id of a run', async () => {
    expect((await kit.post('/api/v1/sources/nobody/runs', { input: 'x' })).status).toBe(404);
    expect((await kit.post(`${RUNS}/a%20b/stop`)).status).toBe(400);
    expect(kit.sent).toEqual([]);
  });
});
