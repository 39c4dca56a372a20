import { z } from 'zod';

import {
  agentConfigSchema,
  agentInfoSchema,
  agentListSchema,
} from '#organism/agentserver/entities.ts';
import type { AgentView } from '#organism/state.ts';

import type { ApiDeps } from './api-deps.ts';
import { resolveOrganism } from './api-deps.ts';
import { agentInfo, findAgent, listAgents } from './contract-views.ts';
import { organismParam } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

const query = z.object({ organism: organismParam });
const agentSchemaSchema = z
  .object({ schema: z.string(), contentType: z.string() })
  .meta({ id: 'AgentSchema' });

export function agentRoutes(deps: ApiDeps): Route[] {
  /** @throws Problem `not-found`, as the contract words it */
  async function requireAgent(name: string, organism: string | undefined): Promise<AgentView> {
    const agent = findAgent(await resolveOrganism(deps, organism), name);
    if (agent !== null) return agent;
    throw new Problem('not-found', `Agent not found: ${name}`);
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/agents',
      summary: 'Every agent and tool',
      query,
      answer: agentListSchema,
      problems: [404],
      async handle({ query: { organism } }) {
        const agents = listAgents(await resolveOrganism(deps, organism)).map(agentInfo);
        return { agents, count: agents.length };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/agents/{name}',
      summary: 'One agent or tool',
      query,
      answer: agentInfoSchema,
      problems: [404],
      handle: async ({ params: { name = '' }, query: { organism } }) =>
        agentInfo(await requireAgent(name, organism)),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/agents/{name}/config',
      summary: "One agent's configuration",
      query,
      answer: agentConfigSchema,
      problems: [404],
      async handle({ params: { name = '' }, query: { organism } }) {
        const { description, isAgent, peers, payloadClass } = await requireAgent(name, organism);
        return { name, description, isAgent, peers: [...peers], payloadClass };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/agents/{name}/schema',
      summary: "One agent's payload schema, read through from the upstream",
      query,
      answer: agentSchemaSchema,
      problems: [404],
      async handle({ params: { name = '' }, query: { organism } }) {
        const state = await resolveOrganism(deps, organism);
        const isKnown = findAgent(state, name) !== null;
        const schema = isKnown ? await deps.readSchema(state.organismId, name) : null;
        if (schema === null) {
          throw new Problem('not-found', `Schema not found for agent: ${name}`);
        }
        return schema;
      },
    }),
  ];
}
