import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LabCoder, LabCoderSession } from '#lab/coder/server.ts';
import { createLabCoder } from '#lab/coder/server.ts';
import { WEEK_MS } from '#organism/durations.ts';

import type { Source } from '../source.ts';
import { startMeddler } from '../testing/meddler.ts';
import type { Recorder } from '../testing/recorder.ts';
import { createRecorder } from '../testing/recorder.ts';
import { createCoderSource } from './coder-source.ts';

let lab: LabCoder;
let url: string;
let recorder: Recorder;
let source: Source;

beforeEach(async () => {
  lab = createLabCoder();
  ({ url } = await lab.start());
  recorder = createRecorder();
  source = connect();
});
afterEach(async () => {
  await source.stop();
  await lab.stop();
});

function connect(): Source {
  const config = { name: 'coder', url, organismId: 'coder', apiKey: 'token-1', pollMs: 20 };
  return createCoderSource(config, recorder.deps);
}

const usage = (input: number, output: number) => ({
  input_tokens: input,
  output_tokens: output,
  cache_read_input_tokens: 0,
  cache_write_input_tokens: 0,
});

function session(id: string, more: object = {}): LabCoderSession {
  return {
    id,
    initiator: { id: 'u1', username: 'ann' },
    client: 'Claude Code',
    started_at: '2026-05-25T09:00:00Z',
    ended_at: '2026-05-25T09:04:00Z',
    last_active_at: '2026-05-25T09:04:00Z',
    token_usage_summary: usage(100, 10),
    threads: [thread(`${id}-t1`)],
    ...more,
  };
}

function thread(id: string, more: object = {}) {
  return {
    id,
    prompt: 'Fix it',
    model: 'claude-sonnet-4-5',
    provider: 'anthropic',
    started_at: '2026-05-25T09:00:00Z',
    ended_at: '2026-05-25T09:04:00Z',
    token_usage: usage(100, 10),
    agentic_actions: null,
    ...more,
  };
}

const requestsTo = (part: string) => lab.requests.filter((request) => request.url.includes(part));
const status = () => recorder.of('source_status').at(-1);
/** Two whole rounds after now: whatever the last one found is delivered. */
async function rounds(): Promise<void> {
  const before = requestsTo('/sessions?').length;
  await recorder.until('two rounds', () => {
    setTimeout(() => recorder.poke(), 10);
    return requestsTo('/sessions?').length >= before + 2;
  });
}

describe('Coder AI Bridge', () => {
  it('pages to the end with the last id as cursor and its own header', async () => {
    for (let n = 0; n < 130; n += 1) lab.put(session(`s${n}`));
    await source.start();
    await recorder.until('all sessions', () => recorder.of('usage').length === 130);
    const [first] = requestsTo('/sessions?');
    expect(requestsTo('after_session_id=').length).toBeGreaterThan(0);
    expect(first?.headers).toMatchObject({ 'coder-session-token': 'token-1' });
    expect(first?.headers).not.toHaveProperty('authorization');
  });

  it('writes nothing while nothing changes, and the difference when a session grows', async () => {
    lab.put(session('s1'));
    await source.start();
    await recorder.until('the session', () => recorder.of('usage').length === 1);
    await rounds();
    // Its threads, and the empty page behind them; nothing more while nothing changes.
    expect(requestsTo('/sessions/s1')).toHaveLength(2);
    lab.put(
      session('s1', {
        ended_at: '2026-05-25T09:09:00Z',
        threads: [thread('s1-t1', { token_usage: usage(150, 30) }), thread('s1-t2')],
      }),
    );
    await recorder.until('the growth', () => recorder.of('usage').length === 3);
    const read = recorder
      .of('usage')
      .map(({ threadId, tokens }) => [threadId, tokens.inputFresh, tokens.outputVisible]);
    expect(read).toEqual([
      ['s1-t1', 100, 10],
      ['s1-t1', 50, 20],
      ['s1-t2', 100, 10],
    ]);
    expect(recorder.conflicts).toEqual([]);
  });

  it('tells how many of the tokens a growing session wrote are kept for an hour', async () => {
    const written = (all: number, hour: number) => ({
      ...usage(100, 10),
      cache_write_input_tokens: all,
      metadata: { 'cache_creation.ephemeral_1h_input_tokens': hour },
    });
    lab.put(session('s1', { threads: [thread('s1-t1', { token_usage: written(900, 300) })] }));
    await source.start();
    await recorder.until('the session', () => recorder.of('usage').length === 1);
    lab.put(
      session('s1', {
        ended_at: '2026-05-25T09:09:00Z',
        threads: [thread('s1-t1', { token_usage: written(1000, 340) })],
      }),
    );
    await recorder.until('the growth', () => recorder.of('usage').length === 2);
    const read = recorder.of('usage').map((call) => [call.tokens.cacheWrite, call.cacheWrite1h]);
    expect(read).toEqual([
      [900, 300],
      [100, 40],
    ]);
  });

  it('counts nothing twice after a restart', async () => {
    lab.put(session('s1'));
    await source.start();
    await recorder.until('the session', () => recorder.of('usage').length === 1);
    await source.stop();
    source = connect();
    await source.start();
    await rounds();
    expect(recorder.of('usage')).toHaveLength(1);
  });

  it('uses the newer name of the API where the old one is gone', async () => {
    lab.prefix = '/api/v2/ai-gateway';
    lab.put(session('s1'));
    await source.start();
    await recorder.until('the session', () => recorder.of('usage').length === 1);
    expect(requestsTo('/aibridge/')).toHaveLength(1);
  });

  it('shows an unlicensed deployment as a state, without asking again at once', async () => {
    lab.refusal = {
      status: 403,
      body: { message: 'AI Gateway is a Premium feature. Contact sales!' },
    };
    await source.start();
    await recorder.until('the state', () => status()?.state === 'unlicensed');
    expect(status()?.reason).toContain('Premium');
    expect((status()?.nextTryAt ?? 0) - Date.now()).toBeGreaterThan(60_000);
    expect(lab.requests).toHaveLength(1);
  });

  it('says that a token is not valid', async () => {
    lab.refusal = { status: 401, body: { message: 'You are signed out.' } };
    await source.start();
    await recorder.until('the state', () => status()?.state === 'retrying');
    expect(status()?.reason).toContain('401');
  });

  it('starts over when a cursor names no session any more', async () => {
    for (let n = 0; n < 130; n += 1) lab.put(session(`s${n}`));
    lab.losesCursor = true;
    await source.start();
    await recorder.until('all sessions', () => recorder.of('usage').length === 130);
    expect(lab.losesCursor).toBe(false);
  });

  it('reads a long history by the week, oldest first, and goes on there after a stop', async () => {
    const WEEKS = 6;
    for (let n = 0; n < 180; n += 1) {
      const at = (minutes: number) =>
        new Date(Date.UTC(2026, 3, 1 + (n % WEEKS) * 7, 9, n + minutes)).toISOString();
      lab.put(session(`s${n}`, { started_at: at(0), ended_at: at(4), last_active_at: at(4) }));
    }
    recorder = createRecorder({ now: () => Date.UTC(2026, 4, 12) });
    source = connect();
    await source.start();
    await recorder.until('some', () => recorder.of('usage').length >= 40);
    await source.stop();
    const before = recorder.of('usage').length;
    expect(before).toBeLessThan(180);
    expect(recorder.cursors['watermark']).toBeUndefined();
    lab.requests.length = 0;
    source = connect();
    await source.start();
    await recorder.until('all sessions', () => recorder.of('usage').length === 180);
    await recorder.until('the watermark', () => recorder.cursors['watermark'] !== undefined);
    const times = recorder.of('usage').map(({ occurredAt }) => occurredAt);
    const weeks = times.map((at) => Math.floor((at - Date.UTC(2026, 3, 1)) / WEEK_MS));
    expect(weeks).toEqual(weeks.toSorted((a, b) => a - b));
    expect(requestsTo('started_after').length).toBeGreaterThan(WEEKS - 3);
    await rounds();
    expect(recorder.of('usage')).toHaveLength(180);
  });

  it('reads a long history in one go where it cannot be searched', async () => {
    lab.searchKeys = [];
    for (let n = 0; n < 130; n += 1) lab.put(session(`s${n}`));
    await source.start();
    await recorder.until('all sessions', () => recorder.of('usage').length === 130);
    await rounds();
    expect(recorder.of('usage')).toHaveLength(130);
  });

  it('encodes odd ids', async () => {
    lab.put(session('a b/c'));
    await source.start();
    await recorder.until('the session', () => recorder.of('usage').length === 1);
    expect(requestsTo('/sessions/a%20b%2Fc')).toHaveLength(2);
    const [created] = recorder.of('thread_created');
    expect(created?.conversation).toBe('u1/a b/c');
  });

  it.each([
    ['the answer has the threads of both', true, ['s1-t1', 's1-t2']],
    ["the answer has one's threads only", false, ['s1-t1', 'session:u2/s1']],
  ])('keeps two people with one session id apart where %s', async (_where, mixes, threads) => {
    lab.mixesNamesakes = mixes;
    const bob = { id: 'u2', username: 'bob' };
    const at = '2026-05-25T09:00:00Z';
    const ofBob = { initiator: bob, last_active_at: at, models: ['gpt-5.1'], last_prompt: 'Hm' };
    lab.put(session('s1', { ...ofBob, client: 'Codex', threads: [thread('s1-t2')] }));
    lab.put(session('s1'));
    await source.start();
    await recorder.until('both', () => recorder.of('usage').length === 2);
    await rounds();
    expect(recorder.of('usage').map(({ threadId }) => threadId)).toEqual(
      expect.arrayContaining(threads),
    );
    const input = recorder.of('usage').map(({ tokens }) => tokens.inputFresh);
    expect(input).toEqual([100, 100]);
    if (mixes) return;
    expect(recorder.of('usage').map(({ agent, user }) => [agent, user])).toEqual([
      ['Codex @ bob', 'bob'],
      ['Claude Code @ ann', 'ann'],
    ]);
    const conversations = recorder.of('thread_created').map(({ conversation }) => conversation);
    expect(conversations).toEqual(['u2/s1', 'u1/s1']);
  });

  it('tells two people of one session apart by what each has used, now and later', async () => {
    const used = (input: number) => ({ token_usage: usage(input, 10) });
    const bob = (threads: readonly [string, number][], at: string) =>
      session('s1', {
        initiator: { id: 'u2', username: 'bob' },
        client: 'Codex',
        last_active_at: at,
        token_usage_summary: usage(
          threads.reduce((sum, [, input]) => sum + input, 0),
          10 * threads.length,
        ),
        threads: threads.map(([id, input]) => thread(id, used(input))),
      });
    lab.put(bob([['b1', 70]], '2026-05-25T09:00:00Z'));
    lab.put(session('s1', { threads: [thread('a1', used(100))] }));
    await source.start();
    await recorder.until('both', () => recorder.of('usage').length === 2);
    // What he used comes to as much as her thread did: his own are known by now.
    lab.put(
      bob(
        [
          ['b1', 70],
          ['b2', 30],
        ],
        '2026-05-25T09:10:00Z',
      ),
    );
    await recorder.until('the growth', () => recorder.of('usage').length === 3);
    await rounds();
    const read = recorder.of('usage').map(({ threadId, user, tokens }) => {
      return `${threadId} of ${user}: ${tokens.inputFresh}`;
    });
    expect(read.toSorted()).toEqual(['a1 of ann: 100', 'b1 of bob: 70', 'b2 of bob: 30']);
    expect(recorder.conflicts).toEqual([]);
  });

  it('bills a session that was told as a sum as nothing else, whoever uses it last', async () => {
    lab.mixesNamesakes = false;
    const bob = (at: string, threads: readonly object[], input: number) => {
      const initiator = { id: 'u2', username: 'bob' };
      const sum = { token_usage_summary: usage(input, 10), models: ['gpt-5.1'] };
      return session('s1', { initiator, last_active_at: at, ...sum, threads });
    };
    lab.put(bob('2026-05-25T09:00:00Z', [thread('b1')], 100));
    lab.put(session('s1', { threads: [thread('a1')] }));
    await source.start();
    await recorder.until('both', () => recorder.of('usage').length === 2);
    const more = thread('b1', { token_usage: usage(140, 10) });
    lab.put(bob('2026-05-25T09:10:00Z', [more], 140));
    await recorder.until('the growth', () => recorder.of('usage').length === 3);
    await rounds();
    const ofBob = recorder.of('usage').filter(({ user }) => user === 'bob');
    expect(ofBob.reduce((sum, { tokens }) => sum + tokens.inputFresh, 0)).toBe(140);
  });

  it('tells two people of one name apart, whoever is met first after a restart', async () => {
    const ann = (name: string, id: string, at: string) =>
      session(name, { initiator: { id, username: 'ann' }, last_active_at: at });
    lab.put(ann('s1', '11111111-aaaa', '2026-05-25T09:00:00Z'));
    lab.put(ann('s2', '22222222-bbbb', '2026-05-25T09:01:00Z'));
    await source.start();
    await recorder.until('both', () => recorder.of('usage').length === 2);
    await source.stop();
    lab.put(ann('s3', '22222222-bbbb', '2026-05-25T09:02:00Z'));
    source = connect();
    await source.start();
    await recorder.until('the third', () => recorder.of('usage').length === 3);
    expect(recorder.of('usage').map(({ agent, user }) => [agent, user])).toEqual([
      ['Claude Code @ ann', 'ann'],
      ['Claude Code @ ann (22222222)', 'ann (22222222)'],
      ['Claude Code @ ann (22222222)', 'ann (22222222)'],
    ]);
  });

  it('says that a thread ended once its end is ten minutes ago', async () => {
    let now = Date.parse('2026-05-25T09:05:00Z');
    recorder = createRecorder({ now: () => now, elapsed: () => performance.now() });
    source = connect();
    lab.put(session('s1'));
    await source.start();
    await recorder.until('the session', () => recorder.of('usage').length === 1);
    const states = () => recorder.of('thread_updated').map(({ status: state }) => state);
    expect(states()).toEqual(['active']);
    now += 10 * 60_000;
    await recorder.until('the end', () => states().length === 2);
    expect(states()).toEqual(['active', 'completed']);
    const doing = recorder.of('agent_state').map(({ agent, state }) => `${agent} ${state}`);
    expect(doing).toEqual(['Claude Code @ ann processing', 'Claude Code @ ann idle']);
    const before = requestsTo('/sessions/s1').length;
    await rounds();
    expect(requestsTo('/sessions/s1')).toHaveLength(before);
    expect(recorder.of('usage')).toHaveLength(1);
  });

  it('reads all of a session whose pages are shorter than asked for', async () => {
    const threads = Array.from({ length: 7 }, (_, n) => thread(`t${n}`));
    lab.put(session('s1', { threads }));
    lab.mostThreads = 3;
    await source.start();
    await recorder.until('all threads', () => recorder.of('usage').length === 7);
    expect(requestsTo('/sessions/s1')).toHaveLength(4);
  });

  it.each([429, 503])(
    'waits as long as a %i asks for, and asks all of it again',
    async (status) => {
      lab.put(session('s1'));
      lab.interceptions = [];
      lab.refuses('/interceptions', { status, body: { message: 'Slow down.' } }, '40');
      await source.start();
      await recorder.until(
        'the wait',
        () => recorder.of('source_status').at(-1)?.state === 'retrying',
      );
      const { reason, nextTryAt = 0 } = recorder.of('source_status').at(-1) ?? {};
      expect(reason).toContain(String(status));
      expect(nextTryAt - Date.now()).toBeGreaterThan(30_000);
    },
  );

  it('takes lists that are null and threads that failed', async () => {
    lab.put(
      session('s1', { threads: [thread('t1', { error_message: 'boom', token_usage: null })] }),
    );
    await source.start();
    await recorder.until('the error', () => recorder.of('error').length === 1);
    expect(recorder.of('error')[0]?.text).toBe('boom');
    expect(recorder.of('usage')).toEqual([]);
  });

  it('reads what groups and people may spend, in money, and once when nothing changes', async () => {
    lab.put(session('s1'));
    lab.money = {
      limitMicros: 25_000_000,
      spentMicros: new Map([
        ['u1', 25_000_000],
        ['u2', 7_730_000],
      ]),
      periodStart: '2026-05-01T00:00:00Z',
      periodEnd: '2026-06-01T00:00:00Z',
    };
    await source.start();
    await recorder.until('the budgets', () => recorder.of('allowance').length === 2);
    expect(recorder.of('allowance')).toMatchObject([
      { holder: 'group', name: 'developers', unit: 'nanos', used: 32.73e9, limit: 50e9 },
      { holder: 'user', name: 'ann', used: 25e9, limit: 25e9, note: 'the limit of a group' },
    ]);
    expect(recorder.of('error').map(({ text }) => text)).toEqual([
      'budget of user ann is used up: $25.00 of $25.00',
    ]);
    expect(recorder.conflicts).toEqual([]);
  });

  it('says what the token may not see of budgets, and goes on', async () => {
    lab.put(session('s1'));
    lab.hidesMoney = true;
    await source.start();
    await recorder.until('the notices', () => (status()?.notices?.length ?? 0) > 0);
    expect(status()).toMatchObject({
      state: 'polling',
      notices: ['this token may not see organizations', "this token may not see people's spending"],
    });
    expect(recorder.of('usage')).toHaveLength(1);
  });

  it('takes tools that could not be called from the deprecated list, while it answers', async () => {
    lab.put(session('s1'));
    const tool = { id: 'call-1', tool: 'exec', invocation_error: 'workspace is stopped' };
    const initiator = { id: 'u1', username: 'ann' };
    lab.interceptions = [{ id: 'i1', initiator, client: 'Codex', tool_usages: [tool] }];
    await source.start();
    await recorder.until('the error', () => recorder.of('error').length === 1);
    expect(recorder.of('error')[0]).toMatchObject({
      agent: 'Codex @ ann',
      text: 'exec: workspace is stopped',
    });
    await rounds();
    expect(recorder.of('error')).toHaveLength(1);
    lab.interceptions = null;
    await rounds();
    const asked = requestsTo('/interceptions').length;
    await rounds();
    expect(requestsTo('/interceptions')).toHaveLength(asked);
    expect(status()?.state).toBe('polling');
  });

  it('reads the others while one session cannot be read', async () => {
    const meddler = await startMeddler(url);
    meddler.onAnswer((path, text) => (path.includes('/sessions/s1') ? '7' : text));
    url = meddler.url;
    source = connect();
    lab.put(session('s1', { last_active_at: '2026-05-25T08:04:00Z' }));
    lab.put(session('s2'));
    await source.start();
    await recorder.until('the other', () => recorder.of('usage').length === 1);
    await rounds();
    expect(recorder.of('usage')).toMatchObject([{ threadId: 's2-t1' }]);
    expect(recorder.rejects).toHaveLength(1);
    expect(status()?.state).toBe('polling');
    await source.stop();
    await meddler.stop();
  });

  it('sends no commands', async () => {
    expect(await source.control({ kind: 'reload' })).toMatchObject({ kind: 'not-sent' });
  });
});
