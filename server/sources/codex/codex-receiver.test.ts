import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { EventOf, EventType } from '#organism/event.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

import { THREAD, fixture } from './testing/fixtures.ts';

let kit: TestApi;
beforeEach(async () => {
  kit = await openTestApi();
});
afterEach(() => kit.close());

const ORGANISM = 'test';

function send(body: string | Uint8Array<ArrayBuffer>, query: Record<string, string> = {}) {
  const asked = new URLSearchParams({ label: ORGANISM, cwd: '/workspace/demo', ...query });
  return kit.request('POST', `/v1/codex/exec?${asked}`, { body });
}

const nextSchema = z.object({ nextLine: z.number() });

const stored = () => kit.store.readEvents({ since: 0, limit: 10_000 });

async function storedOf<T extends EventType>(type: T): Promise<EventOf<T>[]> {
  return (await stored()).filter((event): event is EventOf<T> => event.type === type);
}

async function errors() {
  const all = await storedOf('error');
  return all.map(({ severity, text }) => ({ severity, text: text.split('\n')[0] }));
}

const picture = () => kit.organisms.get(ORGANISM);
const thread = (id = THREAD) => picture()?.threads.get(id);
const lines = (...events: readonly object[]) =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');
const started = { type: 'thread.started', thread_id: THREAD };
const turnStarted = { type: 'turn.started' };
const completed = (input: number) => ({
  type: 'turn.completed',
  usage: { input_tokens: input, cached_input_tokens: 0, output_tokens: 1 },
});

describe('codex conformance', () => {
  it('1. a full file: every item, one usage, failed items as errors, the thread completed', async () => {
    const { status, body } = await send(fixture('codex-exec.jsonl'), { model: 'gpt-5.1-codex' });
    expect([status, body]).toMatchObject([200, { nextLine: 18, isEnded: true, rejected: 0 }]);
    const [usage, ...more] = await storedOf('usage');
    expect(more).toEqual([]);
    expect(usage).toMatchObject({
      tokens: {
        inputFresh: 10_850 - 9224,
        cacheRead: 9224,
        cacheWrite: 0,
        outputVisible: 255,
        reasoning: 20,
      },
      notReported: [],
      model: 'gpt-5.1-codex',
      provider: 'openai',
    });
    expect(usage?.costNanos).toBeGreaterThan(0);
    expect(await errors()).toEqual([
      { severity: 'warning', text: 'cat missing-file.txt failed with exit code 1' },
      {
        severity: 'warning',
        text: 'demo/boom failed: tool call error: tool call failed for `demo/boom`',
      },
    ]);
    const messages = await storedOf('message');
    expect(messages.map(({ from, to, payloadType }) => `${from} ${payloadType} ${to}`)).toEqual([
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
    ]);
    expect(messages[3]?.payload).toEqual({
      changes: [
        { path: 'README.md', kind: 'update' },
        { path: 'notes.txt', kind: 'add' },
      ],
    });
    expect(thread()?.status).toBe('completed');
    expect(picture()?.agents.get('shell')?.isAgent).toBe(false);
  });

  it('2. a resume: the difference, and items that keep apart', async () => {
    await send(fixture('codex-exec.jsonl'));
    await send(fixture('resume.jsonl'));
    const [, second, ...more] = await storedOf('usage');
    expect(more).toEqual([]);
    expect(second?.tokens).toEqual({
      inputFresh: 300,
      cacheRead: 4600,
      cacheWrite: 0,
      outputVisible: 42,
      reasoning: 0,
    });
    expect(await storedOf('message')).toHaveLength(14 + 3);
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });

  it('3. the same files again change nothing', async () => {
    const files = ['codex-exec.jsonl', 'resume.jsonl'].map((name) => fixture(name));
    for (const file of files) await send(file);
    const before = await stored();
    for (const file of files) {
      expect((await send(file)).body).toMatchObject({ accepted: 0, isEnded: true });
    }
    expect(await stored()).toEqual(before);
  });

  it.each([
    ['failed-http-401.jsonl', 'unexpected status 401 Unauthorized'],
    ['failed-http-500.jsonl', 'experiencing high demand'],
  ])('4. %s is exactly one error', async (name, words) => {
    await send(fixture(name));
    const [error, ...more] = await errors();
    expect(more).toEqual([]);
    expect(error).toMatchObject({ severity: 'error', text: expect.stringContaining(words) });
    expect([...(picture()?.threads.values() ?? [])].map(({ status }) => status)).toEqual(['error']);
  });

  it('5. a retry that then succeeds is two warnings, and no error', async () => {
    const retry = (n: number) => ({ type: 'error', message: `Reconnecting... ${n}/3 (reset)` });
    await send(lines(started, turnStarted, retry(1), retry(2), completed(10)));
    expect(await errors()).toEqual([
      { severity: 'warning', text: 'Reconnecting... 1/3 (reset)' },
      { severity: 'warning', text: 'Reconnecting... 2/3 (reset)' },
    ]);
    expect(thread()?.status).toBe('completed');
  });

  it('6. a stream that just stops was interrupted', async () => {
    await send(fixture('interrupted.jsonl'));
    expect(await errors()).toMatchObject([{ text: expect.stringContaining('interrupted') }]);
    const [only] = [...(picture()?.threads.values() ?? [])];
    expect(only?.status).toBe('killed');
    expect(picture()?.agents.get('codex')?.state).toBe('error');
  });

  it('7. a sub-agent is a child agent with a thread and a message of its own', async () => {
    const child = '01a1fbf4-0000-7f02-b1ec-00001234abcd';
    const call = (id: string, tool: string, states: object, status = 'completed') => ({
      id,
      type: 'collab_tool_call',
      tool,
      sender_thread_id: THREAD,
      receiver_thread_ids: [child],
      prompt: tool === 'spawn_agent' ? 'Look for flaws' : null,
      agents_states: states,
      status,
    });
    const running = { [child]: { status: 'running', message: null } };
    const done = { [child]: { status: 'completed', message: 'Found none.' } };
    await send(
      lines(
        started,
        turnStarted,
        { type: 'item.started', item: call('item_0', 'spawn_agent', {}, 'in_progress') },
        { type: 'item.completed', item: call('item_0', 'spawn_agent', running) },
        { type: 'item.started', item: call('item_1', 'wait', running, 'in_progress') },
        { type: 'item.completed', item: call('item_1', 'wait', done) },
        { type: 'item.completed', item: call('item_2', 'close_agent', done) },
        completed(10),
      ),
    );
    expect(picture()?.agents.get('codex 1234abcd')).toMatchObject({
      parent: 'codex',
      state: 'idle',
    });
    expect(thread(child)).toMatchObject({ status: 'completed', parentThread: THREAD });
    const messages = await storedOf('message');
    expect(messages.map(({ from, to, payload }) => [from, to, payload])).toEqual([
      ['codex', 'codex 1234abcd', { tool: 'spawn_agent', prompt: 'Look for flaws' }],
      ['codex 1234abcd', 'codex', { text: 'Found none.' }],
    ]);
    const states = (await storedOf('agent_state')).filter(({ agent }) => agent === 'codex');
    expect(states.map(({ state }) => state)).toContain('waiting');
  });

  it('8. a plan shows its progress with each update', async () => {
    const items = (done: number) =>
      ['read', 'edit', 'check'].map((text, index) => ({ text, completed: index < done }));
    const todo = (type: string, done: number) => ({
      type,
      item: { id: 'item_0', type: 'todo_list', items: items(done) },
    });
    await send(
      lines(
        started,
        turnStarted,
        todo('item.started', 0),
        todo('item.updated', 1),
        todo('item.updated', 2),
        todo('item.completed', 2),
        completed(10),
      ),
    );
    const payloads = (await storedOf('message')).map(({ payload }) => payload);
    expect(payloads).toMatchObject([0, 1, 2, 2].map((done) => ({ done, total: 3 })));
  });

  it('9. cut at any byte, in overlapping parts, nothing is different', async () => {
    const whole = Buffer.from(fixture('codex-exec.jsonl'));
    const facts = async () =>
      (await stored()).map(({ seq: _seq, receivedAt: _at, ...rest }) => ({ ...rest }));
    let expected: object[] | null = null;
    for (const cut of [0, 1, 75, 76, 77, 500, 2000, whole.length - 1, whole.length]) {
      await kit.close();
      kit = await openTestApi({ now: () => 1_800_000_000_000 });
      const query = { invocation: 'one' };
      const begun = whole.subarray(0, cut);
      const { nextLine } = nextSchema.parse((await send(begun, query)).body);
      const rest = whole
        .toString()
        .split('\n')
        .slice(nextLine - 1)
        .join('\n');
      await send(rest, { ...query, line: String(nextLine), end: 'true' });
      await send(begun, query);
      expected ??= await facts();
      expect(await facts(), `cut at byte ${cut}`).toEqual(expected);
    }
  });

  it('10. unknown things are kept, a broken line is refused, an empty one is nothing', async () => {
    const body = [
      JSON.stringify(started),
      '',
      '{"type":"item.plan.delta","delta":"x"}',
      '{"type":"item.completed","item":{"id":"item_0","type":"hologram","depth":3}}',
      '{"type":"turn.comp',
      'a log line',
      '42',
      JSON.stringify(turnStarted),
      JSON.stringify(completed(5)),
    ].join('\n');
    expect((await send(body)).body).toMatchObject({ nextLine: 10, rejected: 3 });
    expect((await storedOf('raw')).map(({ name }) => name)).toEqual([
      'item.plan.delta',
      'item.hologram',
    ]);
    expect(thread()?.status).toBe('completed');
    expect(await storedOf('usage')).toHaveLength(1);
  });

  it('11. the usage of all turns is the last cumulative value', async () => {
    await send(fixture('codex-exec.jsonl'));
    await send(fixture('resume.jsonl'));
    const sum = picture()?.usage.tokens;
    expect(sum).toEqual({
      inputFresh: 15_750 - 13_824,
      cacheRead: 13_824,
      cacheWrite: 0,
      outputVisible: 297,
      reasoning: 20,
    });
  });
});

describe('codex: files that are parts of one output', () => {
  const whole = fixture('codex-exec.jsonl').trimEnd().split('\n');
  const part = (from: number, to?: number) => `${whole.slice(from, to).join('\n')}\n`;
  const told = async () => [
    (await storedOf('message')).length,
    (await storedOf('usage')).length,
    thread()?.status,
  ];

  it('are one, and the whole file adds nothing', async () => {
    for (const body of [part(0, 9), part(6), part(0), part(3, 12), part(0, 4)]) {
      expect((await send(body)).status).toBe(200);
    }
    expect(await told()).toEqual([14, 1, 'completed']);
  });

  it('belong to the thread they continue, beside others of the same time', async () => {
    const other = '01a1fbf4-0000-7f02-b1ec-00001234abcd';
    await send(part(0, 9));
    await send(lines({ ...started, thread_id: other }, turnStarted, completed(7)));
    await send(part(9));
    expect(await told()).toEqual([14, 1 + 1, 'completed']);
    expect(thread(other)?.status).toBe('completed');
  });

  it('that begin in the middle of something nobody sent are refused, until it is', async () => {
    const { status, text } = await send(part(6));
    expect(status).toBe(409);
    expect(text).toContain('send that first');
    expect(await stored()).toEqual([]);
    await send(part(0, 9));
    expect((await send(part(6))).status).toBe(200);
    expect(await told()).toEqual([14, 1, 'completed']);
  });

  it('of another output do not continue this one', async () => {
    await send(part(0, 9));
    const item = { id: 'item_40', type: 'agent_message', text: 'of another' };
    expect((await send(lines({ type: 'item.completed', item }))).status).toBe(409);
  });

  it('that `ingest --file` sends in parts go on behind what is known', async () => {
    await send(part(0, 9));
    const query = { invocation: 'sha256:whole' };
    const first = await send(part(0, 5), query);
    expect(first.body).toMatchObject({ nextLine: 6, isEnded: false });
    const second = await send(part(5), { ...query, line: '6', end: 'true' });
    expect(second.body).toMatchObject({ nextLine: 18, isEnded: true });
    expect(await told()).toEqual([14, 1, 'completed']);
  });
});

describe('codex: parts of a stream', () => {
  const body = lines(started, turnStarted, completed(10));

  it('may not leave a line out, and say which comes next', async () => {
    const gap = await send(body, { invocation: 'p1', line: '3' });
    expect([gap.status, gap.body]).toMatchObject([409, { nextLine: 1 }]);
    expect(await stored()).toEqual([]);
  });

  it('wait for the rest of a line that is still being written', async () => {
    const first = await send('{"type":"thread.st', { invocation: 'p1' });
    expect(first.body).toMatchObject({ nextLine: 1, isEnded: false });
    await send(body, { invocation: 'p1', end: 'true' });
    expect(thread()?.status).toBe('completed');
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });

  it('sent at once by two senders count once', async () => {
    const query = { invocation: 'p1', end: 'true' };
    await Promise.all([send(body, query), send(body, query), send(body, query)]);
    expect(await storedOf('usage')).toHaveLength(1);
  });

  it('a turn below the last one counts from nothing again', async () => {
    await send(lines(started, turnStarted, completed(10), turnStarted, completed(4)));
    expect((await storedOf('usage')).map(({ tokens }) => tokens.inputFresh)).toEqual([10, 4]);
  });

  it('a resume of a thread nobody saw says that it includes earlier turns', async () => {
    const old = '0188fbf4-6953-7f02-b1ec-05d00fe88ba0';
    const resumed = lines({ ...started, thread_id: old }, turnStarted, completed(99));
    await send(resumed, { invocation: 'live' });
    expect(await storedOf('usage')).toMatchObject([{ metadata: { includesEarlierTurns: true } }]);
  });

  it.each([
    [{ invocation: 'a b' }, 'invocation: expected 1 to 128'],
    [{ invocation: 'a', line: '0' }, 'line: expected a line number from 1'],
    [{ invocation: 'a', end: 'maybe' }, 'end: expected true or false'],
  ])('with %j are refused by name', async (query, words) => {
    const { status, text } = await send(body, query);
    expect(status).toBe(400);
    expect(text).toContain(words);
    expect(await stored()).toEqual([]);
  });

  it('hide secrets before they are stored', async () => {
    const key = `sk-ant-${'a'.repeat(24)}`;
    const item = { id: 'item_0', type: 'agent_message', text: `use ${key}` };
    await send(lines(started, { type: 'item.completed', item }));
    expect(JSON.stringify(await stored())).not.toContain(key);
  });
});
