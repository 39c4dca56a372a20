'use client';

import { z } from 'zod';

import { capabilityDetailSchema, type CapabilityDetail } from '#organism/agentserver/entities.ts';

import { useOrganismId } from './use-organism-id.ts';
import { type Resource, useResource } from './use-resource.ts';

const agentSchemaSchema = z.object({ schema: z.string(), contentType: z.string() });
export type AgentSchema = z.infer<typeof agentSchemaSchema>;

/** What an agent or tool accepts, with an example where the runtime gives one. */
export function useCapability(name: string): Resource<CapabilityDetail> {
  const organism = useOrganismId();
  const path = `/capabilities/${encodeURIComponent(name)}`;
  return useResource(capabilityDetailSchema, path, { organism });
}

/** The agent's payload schema as the runtime writes it. One real server answers 500. */
export function useAgentSchema(name: string): Resource<AgentSchema> {
  const organism = useOrganismId();
  const path = `/agents/${encodeURIComponent(name)}/schema`;
  return useResource(agentSchemaSchema, path, { organism });
}
