import { THREAD_STATUSES } from '#organism/agentserver/entities.ts';

import { schemaOf } from './cast.ts';
import { payloadClassOf } from './cast.ts';
import type { LabFaults } from './faults.ts';
import { LIST_PAGE, readFilter, readPage, type Page } from './http-params.ts';
import { json, jsonText, notFound, problem, serverError, type Reply } from './http-reply.ts';
import type { Route, RouteRequest } from './router.ts';
import type { Views } from './views.ts';
import type { LabAgent, LabMessage, LabThread } from './world-types.ts';
import type { World } from './world.ts';

export interface OrganismRouteDeps {
  readonly name: string;
  readonly world: World;
  readonly views: Views;
  readonly faults: LabFaults;
  readonly port: () => number;
}

export function createOrganismRoutes(deps: OrganismRouteDeps): Route[] {
  const { name, world, views, port } = deps;
  return [
    {
      method: 'GET',
      path: '/health',
      handle: () =>
        json({ status: 'healthy', organism: name, uptime_seconds: views.uptimeSeconds() }),
    },
    { method: 'GET', path: '/api/v1/organism', handle: () => json(views.organism()) },
    { method: 'GET', path: '/api/v1/organism/config', handle: () => json(views.config(port())) },
    {
      method: 'GET',
      path: '/api/v1/capabilities',
      handle: () => {
        const capabilities = [...world.agents.values()]
          .map((agent) => views.capability(agent))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
        return json({ capabilities, count: capabilities.length });
      },
    },
    {
      method: 'GET',
      path: '/api/v1/capabilities/:name',
      handle: ({ params: [capability = ''] }) => {
        const agent = world.agents.get(capability);
        if (agent === undefined) return notFound(`Capability not found: ${capability}`);
        return json(views.capabilityDetail(agent));
      },
    },
    ...createAgentRoutes(deps),
    ...createThreadRoutes(deps),
    {
      method: 'GET',
      path: '/api/v1/messages',
      handle: ({ query }) => {
        const agent = readFilter(query, 'agent');
        return listMessages(deps, query, (message) =>
          agent === null ? true : message.from === agent || message.to === agent,
        );
      },
    },
  ];
}

function createAgentRoutes({ world, views, faults }: OrganismRouteDeps): Route[] {
  const withAgent =
    (answer: (agent: LabAgent) => Reply, what = 'Agent not found') =>
    ({ params: [name = ''] }: RouteRequest): Reply => {
      const agent = world.agents.get(name);
      return agent === undefined ? notFound(`${what}: ${name}`) : answer(agent);
    };

  return [
    {
      method: 'GET',
      path: '/api/v1/agents',
      handle: () => {
        const agents = [...world.agents.values()].map((agent) => views.agent(agent));
        return json({ agents, count: agents.length });
      },
    },
    {
      method: 'GET',
      path: '/api/v1/agents/:name',
      handle: withAgent((agent) => json(views.agent(agent))),
    },
    {
      method: 'GET',
      path: '/api/v1/agents/:name/config',
      handle: withAgent(({ member }) =>
        json({
          name: member.name,
          description: member.description,
          isAgent: member.isAgent,
          peers: member.peers,
          payloadClass: payloadClassOf(member),
        }),
      ),
    },
    {
      method: 'GET',
      path: '/api/v1/agents/:name/schema',
      handle: withAgent(
        ({ member }) =>
          faults.has('schema-500')
            ? serverError()
            : json({ schema: schemaOf(member), contentType: 'application/xml' }),
        'Schema not found for agent',
      ),
    },
  ];
}

function createThreadRoutes(deps: OrganismRouteDeps): Route[] {
  const { world, views } = deps;
  return [
    {
      method: 'GET',
      path: '/api/v1/threads',
      handle: ({ query }) => listThreads(deps, query),
    },
    {
      method: 'GET',
      path: '/api/v1/threads/:id',
      handle: ({ params: [id = ''] }) => {
        const thread = world.threads.get(id);
        return thread === undefined
          ? notFound(`Thread not found: ${id}`)
          : json(views.thread(thread));
      },
    },
    {
      method: 'GET',
      path: '/api/v1/threads/:id/messages',
      handle: ({ params: [id = ''], query }) => {
        if (!world.threads.has(id)) return notFound(`Thread not found: ${id}`);
        return listMessages(deps, query, (message) => message.threadId === id);
      },
    },
  ];
}

function listThreads({ world, views }: OrganismRouteDeps, query: URLSearchParams): Reply {
  const read = readPage(query, LIST_PAGE);
  if ('reply' in read) return read.reply;
  const status = readFilter(query, 'status');
  if (status !== null && !THREAD_STATUSES.some((known) => known === status)) {
    const valid = THREAD_STATUSES.map((known) => `'${known}'`).join(', ');
    return problem(400, `Invalid status: ${status}. Valid values: [${valid}]`);
  }
  const agent = readFilter(query, 'agent');
  const isWanted = (thread: LabThread) =>
    (status === null || thread.status === status) &&
    (agent === null || thread.participants.has(agent));
  const found = [...world.threads.values()]
    .filter(isWanted)
    .sort((a, b) => b.lastActivity - a.lastActivity);
  const threads = found
    .slice(read.page.offset, read.page.offset + read.page.limit)
    .map((thread) => views.thread(thread));
  return json({ threads, count: threads.length, total: found.length, ...pageTail(read.page) });
}

function listMessages(
  { world, views }: OrganismRouteDeps,
  query: URLSearchParams,
  isWanted: (message: LabMessage) => boolean,
): Reply {
  const read = readPage(query, LIST_PAGE);
  if ('reply' in read) return read.reply;
  const { limit, offset } = read.page;
  const texts: string[] = [];
  let total = 0;
  for (const message of world.messages.newest()) {
    if (!isWanted(message)) continue;
    if (total >= offset && texts.length < limit) texts.push(views.messageJson(message));
    total += 1;
  }
  return jsonText(
    `{"messages":[${texts.join(',')}],"count":${texts.length},"total":${total},` +
      `"offset":${offset},"limit":${limit}}`,
  );
}

function pageTail({ offset, limit }: Page): { offset: number; limit: number } {
  return { offset, limit };
}
