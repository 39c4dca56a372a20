import { expect, it } from 'vitest';

import {
  agentConfigSchema,
  agentInfoSchema,
  agentListSchema,
  capabilityDetailSchema,
  capabilityListSchema,
  messageListSchema,
  organismConfigSchema,
  organismInfoSchema,
  threadInfoSchema,
  threadListSchema,
} from '#organism/agentserver/entities.ts';
import { parseInstant } from '#organism/instant.ts';

import { anyNumber, anyText, expectNewestFirst, textWith } from './contract-expect.ts';
import type { SuiteContext } from './contract-suite.ts';
import type { ContractAnswer } from './contract-target.ts';

export function itServesTheOrganism({ client, target }: SuiteContext): void {
  it('GET /health says healthy and how long', async () => {
    const answer = await fetch(`${target().baseUrl}/health`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: 'healthy',
      organism: anyText,
      uptime_seconds: anyNumber,
    });
  });

  it('GET /organism counts what the lists hold', async () => {
    const organism = await client().read(organismInfoSchema, '/organism');
    const agents = await client().read(agentListSchema, '/agents');
    const active = await client().read(threadListSchema, '/threads?status=active&limit=1');
    const messages = await client().read(messageListSchema, '/messages?limit=1');
    expect(organism.status).toBe('running');
    expect(organism.agentCount).toBe(agents.count);
    expect(organism.activeThreads).toBe(active.total);
    expect(organism.totalMessages).toBe(messages.total);
    expect(organism.uptimeSeconds).toBeGreaterThan(0);
  });

  it('GET /organism/config is snake_case and tells no secret', async () => {
    const { body } = await client().get('/organism/config');
    const config = organismConfigSchema.parse(body);
    expect(config.listeners).toContain(target().knows.agent);
    expect(JSON.stringify(body)).not.toContain(target().key);
    expect(Object.keys(config).filter((name) => /key|secret|token|password/i.test(name))).toEqual(
      [],
    );
  });

  it('GET /capabilities lists agents and tools; one has a class, a schema and an example', async () => {
    const { agent, tool } = target().knows;
    const { capabilities, count } = await client().read(capabilityListSchema, '/capabilities');
    expect(capabilities).toHaveLength(count);
    const names = capabilities.map((each) => each.name);
    expect(names).toEqual(expect.arrayContaining([agent, tool]));
    const detail = await client().read(capabilityDetailSchema, `/capabilities/${agent}`);
    expect(detail).toMatchObject(capabilities.find((each) => each.name === agent) ?? {});
    expect(detail.payloadClass).not.toBe('');
    expectDetail(await client().get('/capabilities/nobody'), 404, 'Capability not found: nobody');
  });
}

export function itServesAgents({ client, target }: SuiteContext): void {
  it('GET /agents lists agents and tools', async () => {
    const { agents, count } = await client().read(agentListSchema, '/agents');
    expect(agents).toHaveLength(count);
    const kinds = new Map(agents.map((each) => [each.name, each.isAgent]));
    expect(kinds.get(target().knows.agent)).toBe(true);
    expect(kinds.get(target().knows.tool)).toBe(false);
    const active = agents.flatMap((each) => each.lastActivity ?? []);
    expect(active.map(parseInstant)).not.toContain(null);
    expect(active).not.toEqual([]);
  });

  it('GET /agents/{name} is the list’s row; an unknown one is 404', async () => {
    const { agent } = target().knows;
    const { agents } = await client().read(agentListSchema, '/agents');
    const one = await client().read(agentInfoSchema, `/agents/${agent}`);
    expect(one).toEqual(agents.find((each) => each.name === agent));
    expectDetail(await client().get('/agents/nobody'), 404, 'Agent not found: nobody');
  });

  it('GET /agents/{name}/config is the fixed part of it', async () => {
    const { agent } = target().knows;
    const { body } = await client().get(`/agents/${agent}/config`);
    const { name, description, isAgent, peers, payloadClass } = await client().read(
      agentInfoSchema,
      `/agents/${agent}`,
    );
    expect(agentConfigSchema.strict().parse(body)).toEqual({
      name,
      description,
      isAgent,
      peers,
      payloadClass,
    });
    expectDetail(await client().get('/agents/nobody/config'), 404, 'Agent not found: nobody');
  });

  it('GET /agents/{name}/schema is XML in JSON', async () => {
    const { status, body } = await client().get(`/agents/${target().knows.agent}/schema`);
    expect(status).toBe(200);
    expect(body).toEqual({ schema: anyText, contentType: 'application/xml' });
    const unknown = await client().get('/agents/nobody/schema');
    expectDetail(unknown, 404, 'Schema not found for agent: nobody');
  });
}

export function itServesThreads({ client, target }: SuiteContext): void {
  it('GET /threads lists by newest activity, filtered by status and participant', async () => {
    const all = await client().read(threadListSchema, '/threads?limit=100');
    expect(all).toMatchObject({ offset: 0, limit: 100, count: all.threads.length });
    expect(all.threads.length).toBeGreaterThan(10);
    expectNewestFirst(all.threads.map((thread) => thread.lastActivity));
    expect(all.threads.map((thread) => parseInstant(thread.createdAt))).not.toContain(null);

    const active = await client().read(threadListSchema, '/threads?status=active&limit=100');
    expect(new Set(active.threads.map((thread) => thread.status))).toEqual(new Set(['active']));
    expect(active.total).toBeLessThan(all.total);
    const empty = await client().read(threadListSchema, '/threads?status=');
    expect(empty.total).toBe(all.total);

    const { tool } = target().knows;
    const withTool = await client().read(threadListSchema, `/threads?agent=${tool}`);
    expect(withTool.count).toBeGreaterThan(0);
    for (const thread of withTool.threads) expect(thread.participants).toContain(tool);
    const withNobody = await client().read(threadListSchema, '/threads?agent=nobody');
    expect(withNobody).toMatchObject({ threads: [], count: 0, total: 0 });
  });

  it('GET /threads pages without hole or overlap, 50 at a time unless asked', async () => {
    const first = await client().read(threadListSchema, '/threads?limit=7');
    const second = await client().read(threadListSchema, '/threads?limit=7&offset=7');
    const both = await client().read(threadListSchema, '/threads?limit=14');
    expect([...first.threads, ...second.threads]).toEqual(both.threads);
    expect(second).toMatchObject({ offset: 7, limit: 7, total: both.total });
    expect((await client().read(threadListSchema, '/threads')).limit).toBe(50);
    const past = await client().read(threadListSchema, '/threads?offset=1000000');
    expect(past).toMatchObject({ threads: [], count: 0, total: both.total, offset: 1_000_000 });
  });

  it('GET /threads refuses an unknown status with 400', async () => {
    const answer = await client().get('/threads?status=running');
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ detail: textWith('Invalid status: running') });
  });

  it('GET /threads/{id} and its messages, newest first', async () => {
    const { thread } = target().knows;
    const info = await client().read(threadInfoSchema, `/threads/${thread}`);
    expect(info.id).toBe(thread);
    const page = await client().read(messageListSchema, `/threads/${thread}/messages?limit=100`);
    expect(page.total).toBe(info.messageCount);
    expect(new Set(page.messages.map((message) => message.threadId))).toEqual(new Set([thread]));
    expectNewestFirst(page.messages.map((message) => message.timestamp));
    const rest = await client().read(
      messageListSchema,
      `/threads/${thread}/messages?limit=3&offset=2`,
    );
    expect(rest.messages).toEqual(page.messages.slice(2, 5));
    expectDetail(await client().get('/threads/nope'), 404, 'Thread not found: nope');
    expectDetail(await client().get('/threads/nope/messages'), 404, 'Thread not found: nope');
  });
}

export function itServesMessages({ client, target }: SuiteContext): void {
  it('GET /messages lists newest first and pages without hole or overlap', async () => {
    const page = await client().read(messageListSchema, '/messages?limit=100');
    expect(page).toMatchObject({ count: 100, offset: 0, limit: 100 });
    expectNewestFirst(page.messages.map((message) => message.timestamp));
    expect(new Set(page.messages.map((message) => message.id)).size).toBe(100);
    const second = await client().read(messageListSchema, '/messages?limit=40&offset=60');
    expect(second.messages).toEqual(page.messages.slice(60));
  });

  it('GET /messages?agent= means either end', async () => {
    const { tool } = target().knows;
    const { messages } = await client().read(messageListSchema, `/messages?agent=${tool}`);
    const ends = messages.map((message) => (message.from === tool ? 'from' : message.to));
    expect(new Set(ends)).toEqual(new Set(['from', tool]));
  });

  it('ignores query keys it does not know', async () => {
    const plain = await client().read(messageListSchema, '/messages?limit=5');
    const odd = await client().read(messageListSchema, '/messages?limit=5&thread_id=nope&x=1');
    expect(odd).toEqual(plain);
  });
}

const BAD_PAGES = [
  ['/threads?limit=0', 'greater_than_equal', 'limit', '0'],
  ['/threads?limit=101', 'less_than_equal', 'limit', '101'],
  ['/threads?limit=abc', 'int_parsing', 'limit', 'abc'],
  ['/threads?offset=-1', 'greater_than_equal', 'offset', '-1'],
  ['/messages?limit=0', 'greater_than_equal', 'limit', '0'],
  ['/usage/history?limit=1001', 'less_than_equal', 'limit', '1001'],
] as const;

export function itRefusesBadRequests({ client }: SuiteContext): void {
  it.each(BAD_PAGES)('GET %s is 422 with a list', async (path, type, name, input) => {
    const { status, body } = await client().get(path);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      detail: [{ type, loc: ['query', name], msg: anyText, input }],
    });
  });

  it('answers 404 with a detail where there is nothing', async () => {
    const answer = await client().get('/nothing');
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ detail: anyText });
  });
}

function expectDetail(answer: ContractAnswer, status: number, detail: string): void {
  expect({ status: answer.status, body: answer.body }).toEqual({ status, body: { detail } });
}
