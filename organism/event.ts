import { z } from 'zod';

import { instantSchema } from './instant-schema.ts';
import { tokenClassesSchema } from './token-classes.ts';

/**
 * The canonical events: what every source yields, the journal keeps, the reducer folds and the
 * browser receives. A draft has no position yet; the journal gives it `seq`.
 */

/** Ids, names and keys: printable, and short enough to index. */
const MAX_ID_CHARS = 256;
const id = z.string().max(MAX_ID_CHARS);
const filledId = id.min(1);
const text = z.string().max(65_536);
const count = z.number().int().min(0).max(1e12);
const nanos = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const draftBase = {
  /** Unique within the source, made of the source's own keys, the same on every reading. */
  key: z.string().min(1).max(512),
  /** The source's clock. */
  occurredAt: instantSchema,
  /** Other wires tell of the same event in other words: when its key is known, this is a duplicate. */
  mayRepeat: z.literal(true).optional(),
};

const organismDraft = z.object({
  ...draftBase,
  type: z.literal('organism'),
  name: id,
  status: id,
  uptimeSeconds: z.number().min(0),
  identityConfigured: z.boolean().optional(),
  /** When this life of the organism began; a later one is a restart. */
  startedAt: instantSchema,
  totalMessages: count.optional(),
  activeThreads: count.optional(),
  config: z.record(z.string(), z.unknown()).optional(),
});

const agentDraft = z.object({
  ...draftBase,
  type: z.literal('agent'),
  agent: filledId,
  description: text,
  isAgent: z.boolean(),
  peers: z.array(id).max(10_000),
  payloadClass: id,
  rootTag: id.optional(),
  parent: id.optional(),
  queueDepth: count.optional(),
  messageCount: count.optional(),
  lastActivity: instantSchema.optional(),
  /** The runtime no longer lists this agent. Its history stays. */
  isRemoved: z.boolean().optional(),
});

const agentStateDraft = z.object({
  ...draftBase,
  type: z.literal('agent_state'),
  agent: filledId,
  /** One of AGENT_STATES, or a newer word the source used. */
  state: filledId,
  currentThread: id.nullable(),
  /** Why it waits, when the source says. */
  reason: text.optional(),
});

const threadFacts = {
  threadId: filledId,
  status: filledId,
  participants: z.array(id).max(10_000).optional(),
  messageCount: count.optional(),
  createdAt: instantSchema.optional(),
  lastActivity: instantSchema.optional(),
  parentThread: id.optional(),
  conversation: id.optional(),
  error: text.optional(),
};
const threadCreatedDraft = z.object({
  ...draftBase,
  type: z.literal('thread_created'),
  ...threadFacts,
});
const threadUpdatedDraft = z.object({
  ...draftBase,
  type: z.literal('thread_updated'),
  ...threadFacts,
});

const messageDraft = z.object({
  ...draftBase,
  type: z.literal('message'),
  id: filledId,
  threadId: filledId,
  from: id,
  to: id,
  payloadType: id,
  payload: z.unknown(),
  slotIndex: count.optional(),
  /** It may be told again with more in it: a longer text, or fields that were absent before. */
  mayAmend: z.literal(true).optional(),
});

/** What a call may be filed under before its name is known. */
const STAND_INS = ['agent', 'threadId'] as const;
const usageDraft = z.object({
  ...draftBase,
  type: z.literal('usage'),
  /** The source's own id of the call, where it has one. */
  id: id.optional(),
  threadId: id.nullable(),
  agent: id.nullable(),
  model: id,
  provider: id,
  org: id.nullable(),
  user: id.nullable(),
  tokens: tokenClassesSchema,
  /** The part of `tokens.cacheWrite` that is kept for an hour, which costs more than five minutes. */
  cacheWrite1h: count.optional(),
  /** Classes the source does not tell apart: their tokens are inside another class. */
  notReported: z.array(tokenClassesSchema.keyof()).optional(),
  latencyMs: z.number().min(0).nullable(),
  /** What the source says the call cost. */
  reportedCostNanos: nanos.nullable(),
  /** Covered by a plan that is paid for otherwise: it costs nothing more, and keeps its list price. */
  billing: z.literal('subscription').optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  /** It may be told again with more in it: what was absent, or classes that were not told apart. */
  mayAmend: z.literal(true).optional(),
  /** Names that nobody told yet: another stands there until a telling has the right one. */
  standIns: z.array(z.enum(STAND_INS)).max(2).optional(),
});

const budgetDraft = z.object({
  ...draftBase,
  type: z.literal('budget'),
  threadId: filledId,
  maxTokens: count,
  promptTokens: count,
  completionTokens: count,
  totalTokens: count,
});

/** A reading of how full a thread's context window is: what its model reads anew with each request. */
const contextDraft = z.object({
  ...draftBase,
  type: z.literal('context'),
  threadId: filledId,
  /** Tokens of the last request and its answer; more than the window when it ran over. */
  usedTokens: count,
  /** What the model takes in at once. */
  windowTokens: count.min(1),
});

/** Who or what shares an allowance. */
export const ALLOWANCE_HOLDERS = ['group', 'user', 'organism'] as const;
export const ALLOWANCE_UNITS = ['tokens', 'nanos', 'percent'] as const;
/** A reading of what a group, a person or the whole organism may spend; a thread's is a `budget`. */
const allowanceDraft = z.object({
  ...draftBase,
  type: z.literal('allowance'),
  /** The same in every reading of it. */
  id: filledId,
  name: id,
  holder: z.enum(ALLOWANCE_HOLDERS),
  /** Tokens, nano-dollars, or shares of a limit whose size nobody tells. */
  unit: z.enum(ALLOWANCE_UNITS),
  /** Null: the source does not say. */
  used: nanos.nullable(),
  /** Null: there is none. 0: nothing may be spent. */
  limit: nanos.nullable(),
  periodStart: instantSchema.optional(),
  periodEnd: instantSchema.optional(),
  /** What else is to know of the limit ("$25 for each member"). */
  note: text.optional(),
});

const errorDraft = z.object({
  ...draftBase,
  type: z.literal('error'),
  threadId: id.nullable(),
  agent: id.nullable(),
  text,
  severity: z.enum(['warning', 'error', 'fatal']),
});

/** What a source does now; `unlicensed`: the upstream answers, and does not sell what it is asked for. */
export const SOURCE_STATES = [
  'connecting',
  'live',
  'polling',
  'retrying',
  'unlicensed',
  'stopped',
] as const;
/** What a source's socket can carry. */
export const SOCKET_MODES = ['all', 'all-but-messages', 'nothing'] as const;
const sourceStatusDraft = z.object({
  ...draftBase,
  type: z.literal('source_status'),
  state: z.enum(SOURCE_STATES),
  since: instantSchema,
  /** What arrives over the socket; the rest comes from REST. Null while unknown. */
  socketMode: z.enum(SOCKET_MODES).nullable(),
  reason: text.optional(),
  nextTryAt: instantSchema.optional(),
  attempt: count.optional(),
  /** Standing conditions an operator should know, in words ("the upstream stores no usage since …"). */
  notices: z.array(text).max(20).optional(),
});

const reloadDraft = z.object({
  ...draftBase,
  type: z.literal('reload'),
  success: z.boolean(),
  added: z.array(id),
  removed: z.array(id),
  updated: z.array(id),
});

/** Something the upstream had and we could not read: shown, never papered over. */
const gapDraft = z.object({
  ...draftBase,
  type: z.literal('gap'),
  what: z.enum(['messages', 'usage', 'events']),
  from: instantSchema.nullable(),
  to: instantSchema.nullable(),
  missing: count.optional(),
  reason: text,
});

/** An upstream event of a kind we do not know: kept and counted. */
const rawDraft = z.object({ ...draftBase, type: z.literal('raw'), name: id, payload: z.unknown() });

export const eventDraftSchema = z.discriminatedUnion('type', [
  organismDraft,
  agentDraft,
  agentStateDraft,
  threadCreatedDraft,
  threadUpdatedDraft,
  messageDraft,
  usageDraft,
  budgetDraft,
  contextDraft,
  allowanceDraft,
  errorDraft,
  sourceStatusDraft,
  reloadDraft,
  gapDraft,
  rawDraft,
]);
/** An event as a source yields it, before the journal. */
export type EventDraft = z.infer<typeof eventDraftSchema>;

/** The price a cost was computed with; kept with the row so that a new table never changes history. */
export const appliedPriceSchema = z.object({
  source: z.string(),
  version: z.string(),
  provider: z.string(),
  model: z.string(),
  /** Nano-dollars per million tokens. */
  unitNanos: tokenClassesSchema,
  /** The same for cache writes kept for an hour; absent: they cost what all cache writes do. */
  cacheWrite1hNanos: nanos.optional(),
});
export type AppliedPrice = z.infer<typeof appliedPriceSchema>;

const position = {
  /** Place in the journal; grows by one or more, never reused. */
  seq: z.number().int().min(1),
  organismId: filledId,
  source: filledId,
  /** Our clock. */
  receivedAt: instantSchema,
};
const priced = {
  /** Our price for the call; null is unpriced, which is not zero. */
  costNanos: nanos.nullable(),
  price: appliedPriceSchema.nullable(),
  /** Only of a covered call: what it would have cost; null where no list price is known. */
  listCostNanos: nanos.nullable().optional(),
};

/** The message that was stored first: this one is no other, and has its whole payload anew. */
const amendsSchema = z.object({ seq: z.number().int().min(1), key: z.string() });
export type Amends = z.infer<typeof amendsSchema>;

/** What a telling of a call says, and the price it found. */
const callFactsSchema = usageDraft
  .omit({ key: true, type: true, occurredAt: true, mayRepeat: true, mayAmend: true })
  .extend(priced);
export type CallFacts = z.infer<typeof callFactsSchema>;
/**
 * A call told again, whole: the one at `amends`, which `was` something else until now. Only the store
 * says so; whoever adds calls up takes off what it was.
 */
const usageAmendedSchema = callFactsSchema.extend({
  key: draftBase.key,
  occurredAt: instantSchema,
  type: z.literal('usage_amended'),
  mayAmend: z.literal(true),
  mayRepeat: z.literal(true).optional(),
  amends: amendsSchema.extend({ was: callFactsSchema }),
});
export type UsageAmended = z.infer<typeof usageAmendedSchema>;

/** An event as the journal keeps it and everyone else sees it. */
export const journalEventSchema = z.discriminatedUnion('type', [
  organismDraft.extend(position),
  agentDraft.extend(position),
  agentStateDraft.extend(position),
  threadCreatedDraft.extend(position),
  threadUpdatedDraft.extend(position),
  messageDraft.extend({
    ...position,
    isPayloadPruned: z.literal(true).optional(),
    amends: amendsSchema.optional(),
  }),
  usageDraft.extend({ ...position, ...priced }),
  usageAmendedSchema.extend(position),
  budgetDraft.extend(position),
  contextDraft.extend(position),
  allowanceDraft.extend(position),
  errorDraft.extend(position),
  sourceStatusDraft.extend(position),
  reloadDraft.extend(position),
  gapDraft.extend(position),
  rawDraft.extend(position),
]);
export type JournalEvent = z.infer<typeof journalEventSchema>;
export type EventType = JournalEvent['type'];
export type EventOf<T extends EventType> = Extract<JournalEvent, { type: T }>;
export type DraftOf<T extends EventType> = Extract<EventDraft, { type: T }>;

/** Who pays for a call: its price is charged, or a subscription covers it. */
export const BILLING_KINDS = ['api', 'subscription'] as const;
export type BillingKind = (typeof BILLING_KINDS)[number];

/** What the total of a bill counts for one call: our price where known, else the reported one. */
export function effectiveCostNanos(usage: {
  costNanos: number | null;
  reportedCostNanos: number | null;
}): number | null {
  return usage.costNanos ?? usage.reportedCostNanos;
}
