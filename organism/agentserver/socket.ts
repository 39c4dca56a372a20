import { z } from 'zod';

import {
  agentInfoSchema,
  messageInfoSchema,
  organismInfoSchema,
  threadInfoSchema,
} from './entities.ts';

/** The AgentServer contract's `/ws`: what the server sends and what a client may say. */

const names = z.array(z.string());

export const socketEventSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('connected'),
    organism: organismInfoSchema,
    agents: z.array(agentInfoSchema),
    threads: z.array(threadInfoSchema),
  }),
  z.object({
    event: z.literal('agent_state'),
    agent: z.string(),
    state: z.string(),
    currentThread: z.string().nullish(),
  }),
  z.object({ event: z.literal('message'), message: messageInfoSchema }),
  z.object({ event: z.literal('thread_created'), thread: threadInfoSchema }),
  z.object({
    event: z.literal('thread_updated'),
    threadId: z.string(),
    status: z.string(),
    messageCount: z.number().int(),
  }),
  z.object({
    event: z.literal('error'),
    threadId: z.string().nullish(),
    agent: z.string().nullish(),
    error: z.string(),
    timestamp: z.string().nullish(),
  }),
  z.object({
    event: z.literal('reload'),
    success: z.boolean(),
    added: names,
    removed: names,
    updated: names,
  }),
  z.object({ event: z.literal('subscribed'), filters: z.unknown() }),
  z.object({ event: z.literal('injected'), thread_id: z.string(), message_id: z.string() }),
]);
export type SocketEvent = z.infer<typeof socketEventSchema>;

/** Null or absent means no filter. Snake_case, as the running server reads it. */
export const subscribeFiltersSchema = z.object({
  threads: names.nullish(),
  agents: names.nullish(),
  payload_types: names.nullish(),
  events: names.nullish(),
});
export type SubscribeFilters = z.infer<typeof subscribeFiltersSchema>;

export const subscribeCommandSchema = subscribeFiltersSchema.extend({
  cmd: z.literal('subscribe'),
});

export const injectBodySchema = z
  .object({
    to: z.string(),
    payload: z.record(z.string(), z.unknown()),
    threadId: z.string().nullish(),
  })
  .meta({ id: 'InjectBody' });

export const injectCommandSchema = z.object({
  cmd: z.literal('inject'),
  to: z.string(),
  payload: z.record(z.string(), z.unknown()),
  thread_id: z.string().nullish(),
  token: z.string().nullish(),
});
