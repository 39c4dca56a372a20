import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import type { EventOf, EventType } from '#organism/event.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

import { createReceivers } from '../create-receivers.ts';
import type { Receiver, ReceiverDeps } from '../receiver.ts';
import { endStateOf } from '../testing/end-state.ts';
import type { ManualClock } from '../testing/manual-clock.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createOtlpReceiver } from './otlp-receiver.ts';
import {
  TRACE_ID,
  agent,
  attributesOf,
  chat,
  span,
  spanId,
  tracesOf,
  under,
} from './testing/spans.ts';

/** Children end before their parents, and exporters send in whatever order they have them. */

const HEADERS = { 'content-type': 'application/json' };
/** Longer than anything waits. */
const LONG_MS = 3_600_000;

let kit: TestApi;
let clock: ManualClock;
let depsOf: (kind: string) => ReceiverDeps;
afterEach(() => kit.close());

async function open(): Promise<void> {
  clock = createManualClock();
  kit = await openTestApi({
    schedule: clock.schedule,
    receivers(deps) {
      depsOf = deps;
      return createReceivers(deps);
    },
  });
}

async function send(spans: readonly unknown[], service?: string): Promise<void> {
  const body = JSON.stringify(tracesOf(spans, service));
  const { status } = await kit.request('POST', '/v1/traces', { body, headers: HEADERS });
  expect(status).toBe(200);
}

async function storedOf<T extends EventType>(type: T): Promise<EventOf<T>[]> {
  const events = await kit.store.readEvents({ since: 0, limit: 5000 });
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** Another life of the process, on the same store. */
async function startAgain() {
  const receiver: Receiver = { kind: 'otlp', ...createOtlpReceiver(depsOf('otlp')) };
  await receiver.start?.();
  const traces = receiver.endpoints.find(({ path }) => path === '/v1/traces');
  const query = new URLSearchParams();
  return {
    async send(spans: readonly unknown[]) {
      const body = Buffer.from(JSON.stringify(tracesOf(spans)));
      expect((await traces?.receive({ headers: HEADERS, query, body }))?.status).toBe(200);
    },
    stop: () => receiver.stop?.(),
  };
}

/** Everything that waits is told, and stored. */
async function waitLong(): Promise<void> {
  await expect
    .poll(() => {
      clock.advance(LONG_MS);
      return clock.pending;
    })
    .toEqual([]);
  await kit.store.append({
    source: 'test',
    organismId: 'one',
    events: [],
    rejects: [],
    redactions: {},
    catalogueVersion: 'catalogue-1',
  });
}

const CONVERSATION = { 'gen_ai.conversation.id': 'c1' };
const FAILED = { status: { code: 2, message: 'Rate limit reached' } };
/** A run with an agent below an agent, a tool, steps that say nothing, and a failure told four times. */
const RUN: readonly object[] = [
  chat('1', { 'gen_ai.input.messages': '[{"role":"user","parts":[]}]' }, under('2')),
  span('2', { 'gen_ai.operation.name': 'agent_step' }, under('9')),
  span(
    '3',
    { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
    { ...under('9') },
  ),
  chat('4', {}, under('5')),
  agent('5', 'scout', { 'gen_ai.agent.description': 'Looks around' }, under('3')),
  chat('6', {}, { ...under('7'), ...FAILED }),
  span('7', { 'gen_ai.operation.name': 'agent_step' }, { ...under('8'), ...FAILED }),
  agent('8', 'clerk', {}, { ...under('9'), ...FAILED }),
  agent('9', 'planner', CONVERSATION, FAILED),
];

describe('spans of one trace in many requests', () => {
  it('are the same run in every order', async () => {
    await open();
    let runs = 0;
    /** One run after the other in one store: each of a service and a trace of its own. */
    const endStateOfRun = async (requests: readonly (readonly object[])[]): Promise<unknown> => {
      runs += 1;
      const own = { service: `desk-${runs}`, traceId: String(runs).padStart(32, 'e') };
      for (const spans of requests) {
        await send(
          spans.map((one) => ({ ...one, traceId: own.traceId })),
          own.service,
        );
      }
      await waitLong();
      const seen = JSON.stringify(Object(endStateOf(kit))[own.service]);
      return JSON.parse(seen.replaceAll(own.service, 'desk').replaceAll(own.traceId, TRACE_ID));
    };

    const expected = await endStateOfRun([RUN]);
    expect(expected).toMatchObject({
      agents: {
        planner: { parent: null },
        scout: { parent: 'planner', description: 'Looks around' },
        clerk: { parent: 'planner' },
      },
      threads: { c1: { usage: { requests: 3 } } },
      errors: [`error:${TRACE_ID}:${spanId('6')} clerk c1`],
    });
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...RUN], { minLength: RUN.length }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: RUN.length }),
        async (order, sizes) => {
          const left = [...order];
          const requests = sizes.map((size) => left.splice(0, size));
          expect(await endStateOfRun(requests)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('name their calls by a root that comes in a later request', async () => {
    await open();
    await send([chat('1', {}, under('9'))]);
    expect(await storedOf('usage')).toEqual([]);
    await send([agent('9', 'planner', CONVERSATION)]);
    expect(await storedOf('usage')).toMatchObject([{ agent: 'planner', threadId: 'c1' }]);
    expect([...(kit.organisms.get('desk')?.agents.keys() ?? [])]).toEqual(['planner']);
  });

  it('are told at once where they name agent and conversation themselves', async () => {
    await open();
    await send([chat('1', { ...CONVERSATION, 'gen_ai.agent.name': 'planner' }, under('9'))]);
    expect(await storedOf('usage')).toMatchObject([{ agent: 'planner', threadId: 'c1' }]);
  });

  it('are told by the name of the service when no root comes, and counted once when it does', async () => {
    await open();
    await send([chat('1', {}, under('9'))]);
    clock.advance(5999);
    expect(await storedOf('usage')).toEqual([]);
    await waitLong();
    await expect.poll(() => storedOf('usage')).toMatchObject([{ agent: 'desk' }]);
    await send([chat('1', {}, under('9')), agent('9', 'planner', CONVERSATION)]);
    await waitLong();
    const { rows, total } = await kit.store.listUsage({ organismId: 'desk', limit: 9, offset: 0 });
    expect([total, rows[0]?.agent]).toEqual([1, 'planner']);
  });

  it('are filed anew when their root comes late, and their thread says where it belongs', async () => {
    await open();
    await send([chat('1', {}, under('9')), chat('2', {}, under('9'))]);
    clock.advance(6000);
    await expect.poll(() => storedOf('usage')).toHaveLength(2);
    const sums = () => kit.store.sumUsage({ organismId: 'desk', groupBy: ['agent', 'thread'] });
    await expect.poll(sums).toMatchObject([{ keys: ['desk', TRACE_ID], sum: { requests: 2 } }]);

    await send([agent('9', 'planner', CONVERSATION)]);
    expect(await sums()).toMatchObject([{ keys: ['planner', 'c1'], sum: { requests: 2 } }]);
    const { rows } = await kit.store.listUsage({ organismId: 'desk', limit: 9, offset: 0 });
    expect(rows).toMatchObject([
      { agent: 'planner', threadId: 'c1' },
      { agent: 'planner', threadId: 'c1' },
    ]);
    const picture = kit.organisms.get('desk');
    expect(picture?.usage.requests).toBe(2);
    expect(picture?.threads.get('c1')?.usage.requests).toBe(2);
    expect(picture?.threads.get(TRACE_ID)).toMatchObject({
      parentThread: 'c1',
      usage: { requests: 0 },
    });
    expect(picture?.agents.get('planner')?.usage.requests).toBe(2);
  });

  it('are filed anew also when they were told in an earlier life, once, whoever comes again', async () => {
    await open();
    const before = await startAgain();
    await before.send([chat('1', {}, under('9'))]);
    clock.advance(6000);
    await expect.poll(() => storedOf('usage')).toHaveLength(1);
    before.stop();
    const next = await startAgain();
    for (let times = 0; times < 2; times += 1) {
      await next.send([chat('1', {}, under('9')), agent('9', 'planner', CONVERSATION)]);
    }
    const filed = await kit.store.sumUsage({ organismId: 'desk', groupBy: ['agent', 'thread'] });
    expect(filed).toMatchObject([{ keys: ['planner', 'c1'], sum: { requests: 1 } }]);
    next.stop();
  });

  it('count once when they are sent again while they wait', async () => {
    await open();
    for (let times = 0; times < 3; times += 1) await send([chat('1', {}, under('9'))]);
    await send([agent('9', 'planner', CONVERSATION)]);
    await waitLong();
    expect(await storedOf('usage')).toHaveLength(1);
    const rejected = (await kit.store.sourceCounts()).map((counts) => counts.rejected);
    expect(rejected).toEqual(rejected.map(() => 0));
  });

  it('tell of a failure nobody below tells of, after a while', async () => {
    await open();
    await send([agent('9', 'planner', CONVERSATION, FAILED)]);
    expect(await storedOf('error')).toEqual([]);
    await waitLong();
    await expect.poll(() => storedOf('error')).toMatchObject([{ agent: 'planner' }]);
  });

  it('that wait are acknowledged, survive the end of the process, and keep no secret', async () => {
    await open();
    const secret = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWX';
    const asked = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: secret }] }]);
    await send([
      chat('1', { 'gen_ai.input.messages': asked }, under('2')),
      chat('3', {}, under('9')),
    ]);
    await send([span('2', { 'gen_ai.operation.name': 'agent_step' }, under('9'))]);
    for (const slot of ['shelf:0', 'shelf:1']) {
      const stored = await kit.store.getCursor('otlp', slot);
      expect(stored).toContain('"spanId"');
      expect(stored).not.toContain(secret);
    }
    // The next life of the process finds them in the store.
    const next = await startAgain();
    await next.send([agent('9', 'planner', CONVERSATION)]);
    expect(await storedOf('usage')).toMatchObject([
      { agent: 'planner', threadId: 'c1' },
      { agent: 'planner', threadId: 'c1' },
    ]);
    const slots = await Promise.all(
      ['shelf:0', 'shelf:1'].map((slot) => kit.store.getCursor('otlp', slot)),
    );
    expect(slots).toEqual(['', '']);
    next.stop();
  });

  it('of Claude Code are billed where no log tells of the same call, and once where one does', async () => {
    await open();
    const call = span(
      '1',
      {
        'session.id': 's1',
        'gen_ai.request.model': 'claude-sonnet-4-5',
        input_tokens: 120,
        cache_read_tokens: 4000,
        output_tokens: 40,
        request_id: 'req_1',
      },
      { name: 'claude_code.llm_request' },
    );
    await send([call], 'claude-code');
    expect(await storedOf('usage')).toEqual([]);
    await waitLong();
    await expect
      .poll(() => storedOf('usage'))
      .toMatchObject([
        { source: 'claude-code', threadId: 's1', tokens: { inputFresh: 120, cacheRead: 4000 } },
      ]);
    const attributes = attributesOf({
      'session.id': 's1',
      input_tokens: 120,
      output_tokens: 40,
      request_id: 'req_1',
    });
    const logRecords = [
      {
        timeUnixNano: '1795228149535000000',
        body: { stringValue: 'claude_code.api_request' },
        attributes,
      },
    ];
    const resource = { attributes: attributesOf({ 'service.name': 'claude-code' }) };
    const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
    await kit.request('POST', '/v1/logs', { body, headers: HEADERS });
    await waitLong();
    expect(await storedOf('usage')).toHaveLength(1);
  });

  it('of a service that is not known yet say its name at once', async () => {
    await open();
    await send([chat('1', {}, under('9'))], 'shop');
    expect(kit.organisms.get('shop')?.name).toBe('shop');
  });
});

describe('one model call that two spans tell of', () => {
  const outer = chat('1', {}, under('9'));
  const between = span('2', { 'traceloop.span.kind': 'task' }, under('1'));
  const inner = chat('3', {}, under('2'));
  const root = agent('9', 'planner', CONVERSATION);

  it.each([
    ['in one request', [[outer, between, inner, root]]],
    ['the inner one first', [[inner], [between], [outer], [root]]],
    ['the outer one first', [[root], [outer], [between], [inner]]],
    ['what is between them last', [[root], [inner, outer], [between]]],
  ])('is billed once, %s', async (_how, requests) => {
    await open();
    for (const spans of requests) await send(spans);
    await waitLong();
    expect(await storedOf('usage')).toHaveLength(1);
  });

  const named = { ...CONVERSATION, 'gen_ai.agent.name': 'planner' };
  const namedOuter = chat('1', named, under('9'));
  const namedInner = chat('3', named, under('2'));

  it.each([
    ['the inner one before', [[namedInner], [between], [namedOuter]]],
    ['the outer one before', [[namedOuter], [between], [namedInner]]],
    ['the outer one before, named by its root', [[root], [outer, between], [inner]]],
    ['the inner one before, named by its root', [[root], [inner, between], [outer]]],
    ['with what is between them', [[between, namedOuter], [namedInner]]],
  ])('is billed once, whatever restarts come between: %s', async (_how, requests) => {
    await open();
    for (const spans of requests) {
      const life = await startAgain();
      await life.send(spans);
      clock.advance(LONG_MS);
      await waitLong();
      life.stop();
    }
    const { total } = await kit.store.listUsage({ organismId: 'desk', limit: 1, offset: 0 });
    expect(total).toBe(1);
  });

  it('is two calls after a restart too, where a tool stands between them', async () => {
    await open();
    const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'ask' };
    for (const spans of [[namedOuter, span('2', tool, under('1'))], [namedInner]]) {
      const life = await startAgain();
      await life.send(spans);
      life.stop();
    }
    expect(await storedOf('usage')).toHaveLength(2);
  });

  it('is two calls where a tool or another agent stands between them', async () => {
    await open();
    const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'ask' };
    await send([outer, span('2', tool, under('1')), inner, root]);
    expect(await storedOf('usage')).toHaveLength(2);
  });
});
