import { z } from 'zod';

/** The AgentServer contract's entities, as its running server writes them (camelCase). */

export const AGENT_STATES = ['idle', 'processing', 'waiting', 'error', 'paused'] as const;
export const THREAD_STATUSES = ['active', 'completed', 'error', 'killed'] as const;
export const ORGANISM_STATUSES = ['starting', 'running', 'stopping', 'stopped'] as const;

export type AgentState = (typeof AGENT_STATES)[number];
export type ThreadStatus = (typeof THREAD_STATUSES)[number];

/** RFC 3339 on the wire; sources differ in form, see `parseInstant`. */
const wireTime = z.string();

export const agentInfoSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    isAgent: z.boolean(),
    peers: z.array(z.string()),
    payloadClass: z.string(),
    state: z
      .string()
      .meta({ description: `One of ${AGENT_STATES.join(', ')}; unknown ones are kept` }),
    currentThread: z.string().nullish(),
    queueDepth: z.number().int(),
    lastActivity: wireTime.nullish(),
    messageCount: z.number().int(),
  })
  .meta({ id: 'AgentInfo' });
export type AgentInfo = z.infer<typeof agentInfoSchema>;

export const messageInfoSchema = z
  .object({
    id: z.string(),
    threadId: z.string(),
    from: z.string(),
    to: z.string(),
    payloadType: z.string(),
    payload: z.unknown(),
    /** Ours: there was one, and it is no longer kept. */
    payloadPruned: z.literal(true).optional(),
    timestamp: wireTime,
    slotIndex: z.number().int().nullish(),
  })
  .meta({ id: 'MessageInfo' });
export type MessageInfo = z.infer<typeof messageInfoSchema>;

export const threadInfoSchema = z
  .object({
    id: z.string(),
    status: z
      .string()
      .meta({ description: `One of ${THREAD_STATUSES.join(', ')}; unknown ones are kept` }),
    participants: z.array(z.string()),
    messageCount: z.number().int(),
    createdAt: wireTime,
    lastActivity: wireTime.nullish(),
    error: z.string().nullish(),
  })
  .meta({ id: 'ThreadInfo' });
export type ThreadInfo = z.infer<typeof threadInfoSchema>;

export const organismInfoSchema = z
  .object({
    name: z.string(),
    status: z.string(),
    uptimeSeconds: z.number(),
    agentCount: z.number().int(),
    activeThreads: z.number().int(),
    totalMessages: z.number().int(),
    identityConfigured: z.boolean(),
  })
  .meta({ id: 'OrganismInfo' });
export type OrganismInfo = z.infer<typeof organismInfoSchema>;

/** Snake_case even in the running server. */
export const organismConfigSchema = z
  .object({
    name: z.string(),
    port: z.number().int(),
    thread_scheduling: z.string(),
    max_concurrent_pipelines: z.number().int(),
    max_concurrent_handlers: z.number().int(),
    listeners: z.array(z.string()),
  })
  .meta({ id: 'OrganismConfig' });
export type OrganismConfig = z.infer<typeof organismConfigSchema>;

export const capabilityInfoSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    isAgent: z.boolean(),
    peers: z.array(z.string()),
    rootTag: z.string(),
  })
  .meta({ id: 'CapabilityInfo' });
export type CapabilityInfo = z.infer<typeof capabilityInfoSchema>;

export const capabilityDetailSchema = capabilityInfoSchema
  .extend({
    payloadClass: z.string(),
    schemaXsd: z.string().nullish(),
    exampleXml: z.string().nullish(),
  })
  .meta({ id: 'CapabilityDetail' });
export type CapabilityDetail = z.infer<typeof capabilityDetailSchema>;

export const agentConfigSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    isAgent: z.boolean(),
    peers: z.array(z.string()),
    payloadClass: z.string(),
  })
  .meta({ id: 'AgentConfig' });

export const agentListSchema = z
  .object({ agents: z.array(agentInfoSchema), count: z.number().int() })
  .meta({ id: 'AgentList' });
export const capabilityListSchema = z
  .object({ capabilities: z.array(capabilityInfoSchema), count: z.number().int() })
  .meta({ id: 'CapabilityList' });

const paging = {
  count: z.number().int(),
  total: z.number().int(),
  offset: z.number().int(),
  limit: z.number().int(),
};
export const threadListSchema = z
  .object({ threads: z.array(threadInfoSchema), ...paging })
  .meta({ id: 'ThreadList' });
export const messageListSchema = z
  .object({ messages: z.array(messageInfoSchema), ...paging })
  .meta({ id: 'MessageList' });
