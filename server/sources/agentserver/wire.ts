import { z } from 'zod';

import { parseInstant } from '#organism/instant.ts';
import { isRecord } from '#organism/record.ts';

/**
 * Lenient readers of what AgentServers write: camelCase or snake_case at the level of an entity
 * (never inside a payload), null as absent, unknown enum values kept, unknown fields ignored.
 */

/** What a reader made of one entity: its value, or what was wrong with it, naming the field. */
export type Read<T> = { readonly value: T } | { readonly problem: string };

const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: 'expected an ISO 8601 time' });
  return z.NEVER;
});
const number = z.preprocess(
  (value) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value),
  z.number(),
);
const count = z.preprocess(
  (value) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value),
  z.number().int().min(0),
);
/** Compared and kept exactly: some servers number their calls beyond 2^53. */
const bigId = z.preprocess(
  (value) =>
    (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) || Number.isSafeInteger(value)
      ? BigInt(String(value))
      : value,
  z.bigint('expected an integer'),
);
/** For fields the event can do without: unreadable is absent. */
const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const names = z
  .array(z.unknown())
  .transform((list) => list.filter((name) => typeof name === 'string'));
const id = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().min(1),
);
/** A server writes an empty name where there is none. */
const nameOrNone = z.string().min(1).nullable().catch(null);

const agentSchema = z.object({
  name: id,
  description: z.string().catch(''),
  isAgent: z.boolean().catch(true),
  peers: names.catch([]),
  payloadClass: z.string().catch(''),
  state: optional(z.string().min(1)),
  currentThread: z.string().nullable().catch(null),
  queueDepth: optional(count),
  lastActivity: optional(instant),
  messageCount: optional(count),
});
export type WireAgent = z.infer<typeof agentSchema>;

const messageSchema = z.object({
  id,
  threadId: id,
  from: z.string().catch(''),
  to: z.string().catch(''),
  payloadType: z.string().catch(''),
  payload: z
    .unknown()
    .optional()
    .transform((payload) => payload ?? {}),
  timestamp: instant,
  slotIndex: optional(count),
});
export type WireMessage = z.infer<typeof messageSchema>;

const threadSchema = z.object({
  id,
  status: z.string().min(1),
  participants: optional(names),
  messageCount: optional(count),
  createdAt: optional(instant),
  lastActivity: optional(instant),
  parentThread: optional(z.string()),
  conversation: optional(z.string()),
  error: optional(z.string()),
});
export type WireThread = z.infer<typeof threadSchema>;

const organismSchema = z.object({
  name: z.string().catch(''),
  status: z.string().catch('unknown'),
  uptimeSeconds: number,
  activeThreads: optional(count),
  totalMessages: optional(count),
  identityConfigured: optional(z.boolean()),
});
export type WireOrganism = z.infer<typeof organismSchema>;

const usageSchema = z.object({
  id: bigId,
  timestamp: instant,
  threadId: nameOrNone,
  agentId: nameOrNone,
  model: z.string().catch(''),
  provider: z.string().catch(''),
  promptTokens: number,
  completionTokens: number,
  latencyMs: z.number().nullable().catch(null),
  estimatedCost: z.number().nullable().catch(null),
  metadata: z.record(z.string(), z.unknown()).catch({}),
});
export type WireUsage = z.infer<typeof usageSchema>;

const budgetSchema = z.object({
  threadId: id,
  maxTokens: number,
  promptTokens: number,
  completionTokens: number,
  totalTokens: number,
});
export type WireBudget = z.infer<typeof budgetSchema>;

const agentStateSchema = z.object({
  agent: id,
  state: z.string().min(1),
  currentThread: z.string().nullable().catch(null),
});
export type WireAgentState = z.infer<typeof agentStateSchema>;

const threadUpdateSchema = z.object({
  threadId: id,
  status: z.string().min(1),
  messageCount: optional(count),
  error: optional(z.string()),
});
export type WireThreadUpdate = z.infer<typeof threadUpdateSchema>;

const errorSchema = z.object({
  threadId: nameOrNone,
  agent: nameOrNone,
  error: z.string(),
  timestamp: optional(instant),
});
export type WireError = z.infer<typeof errorSchema>;

const reloadSchema = z.object({
  success: z.boolean().catch(true),
  added: names.catch([]),
  removed: names.catch([]),
  updated: names.catch([]),
});
export type WireReload = z.infer<typeof reloadSchema>;

const capabilitySchema = z.object({ name: id, rootTag: z.string() });

export const readAgent = reader('agent', agentSchema);
export const readMessage = reader('message', messageSchema);
export const readThread = reader('thread', threadSchema);
export const readOrganism = reader('organism', organismSchema);
export const readUsage = reader('usage', usageSchema);
export const readBudget = reader('budget', budgetSchema);
export const readAgentState = reader('agent_state', agentStateSchema);
export const readThreadUpdate = reader('thread_updated', threadUpdateSchema);
export const readError = reader('error', errorSchema);
export const readReload = reader('reload', reloadSchema);
export const readCapability = reader('capability', capabilitySchema);

export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return isRecord(value) ? value : null;
}

/** The list under `name` in an answer; null when it is not there. */
export function listOf(body: unknown, name: string): readonly unknown[] | null {
  const list = asRecord(body)?.[name];
  return Array.isArray(list) ? list : null;
}

function reader<T>(what: string, schema: z.ZodType<T>): (input: unknown) => Read<T> {
  return (input) => {
    const record = asRecord(input);
    if (record === null) return { problem: `${what}: expected an object` };
    const result = schema.safeParse(withCamelKeys(record));
    if (result.success) return { value: result.data };
    const issue = result.error.issues[0];
    return { problem: `${what}.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}` };
  };
}

/** One level only: what is inside a payload is the agents' own. A camelCase key wins over its twin. */
function withCamelKeys(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(record).filter(([, value]) => value !== null);
  const snake = entries.filter(([key]) => key.includes('_'));
  const renamed = snake.map(([key, value]): [string, unknown] => [
    key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries([...renamed, ...entries]);
}
