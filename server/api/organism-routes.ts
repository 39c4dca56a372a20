import { z } from 'zod';

import {
  capabilityDetailSchema,
  capabilityListSchema,
  organismConfigSchema,
  organismInfoSchema,
} from '#organism/agentserver/entities.ts';
import { organismListSchema } from '#organism/api/resources.ts';
import type { AgentView, OrganismState } from '#organism/state.ts';

import type { OrganismCard } from '../hub/organism-card.ts';
import type { ApiDeps } from './api-deps.ts';
import { resolveOrganism } from './api-deps.ts';
import { findAgent, listAgents, organismInfo } from './contract-views.ts';
import { organismParam } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

const query = z.object({ organism: organismParam });

export function organismRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/organism',
      summary: 'The organism: status, uptime and counts',
      query,
      answer: organismInfoSchema,
      problems: [404],
      handle: async ({ query: { organism } }) =>
        organismInfo(await resolveOrganism(deps, organism), deps.now()),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/organism/config',
      summary: "The organism's configuration, without secrets",
      query,
      answer: organismConfigSchema,
      problems: [404],
      handle: async ({ query: { organism } }) =>
        organismConfig(await resolveOrganism(deps, organism)),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/organisms',
      summary: 'Every organism this Organoscope watches',
      query: z.object({}),
      answer: organismListSchema,
      handle() {
        const organisms = deps.organisms.list().map((card) => summary(card, deps));
        return { organisms, count: organisms.length };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/capabilities',
      summary: 'What the agents and tools take',
      query,
      answer: capabilityListSchema,
      problems: [404],
      async handle({ query: { organism } }) {
        const capabilities = listAgents(await resolveOrganism(deps, organism)).map(capability);
        return { capabilities, count: capabilities.length };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/capabilities/{name}',
      summary: 'What one agent or tool takes',
      query,
      answer: capabilityDetailSchema,
      problems: [404],
      async handle({ params: { name = '' }, query: { organism } }) {
        const state = await resolveOrganism(deps, organism);
        const agent = findAgent(state, name);
        if (agent === null) {
          throw new Problem('not-found', `Capability not found: ${name}`);
        }
        const schema = await deps.readSchema(state.organismId, name);
        return {
          ...capability(agent),
          payloadClass: agent.payloadClass,
          schemaXsd: schema?.schema ?? null,
          exampleXml: null,
        };
      },
    }),
  ];
}

/** Only these fields, whatever else the upstream's configuration holds. */
const knownConfig = z.object({
  port: z.number().int().catch(0),
  thread_scheduling: z.string().catch(''),
  max_concurrent_pipelines: z.number().int().catch(0),
  max_concurrent_handlers: z.number().int().catch(0),
  listeners: z.array(z.string()).optional().catch(undefined),
});

function organismConfig(state: OrganismState) {
  const { listeners, ...known } = knownConfig.parse(state.config ?? {});
  return {
    name: state.name,
    ...known,
    listeners: listeners ?? listAgents(state).map((agent) => agent.name),
  };
}

function capability(agent: AgentView) {
  return {
    name: agent.name,
    description: agent.description,
    isAgent: agent.isAgent,
    peers: [...agent.peers],
    rootTag: agent.rootTag ?? '',
  };
}

function summary(card: OrganismCard, deps: ApiDeps) {
  const { organismId: id, name, status, run, sources, agentCount, activeThreads } = card;
  const source = deps.sources().find(({ organismId }) => organismId === id);
  return {
    id,
    name,
    status,
    source: source?.name ?? [...sources.keys()][0] ?? '',
    run,
    agentCount,
    activeThreads,
  };
}
