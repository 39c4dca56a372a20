import { z } from 'zod';

import { messageInfoSchema, threadInfoSchema } from '../agentserver/entities.ts';
import { usageEventInfoSchema } from '../agentserver/usage.ts';
import { BILLING_KINDS, SOCKET_MODES, SOURCE_STATES, journalEventSchema } from '../event.ts';
import { tokenClassesSchema } from '../token-classes.ts';

/** What we serve beyond the AgentServer contract. Times are epoch milliseconds, money nano-dollars. */

const count = z.number().int();
const instant = z.number();
const paging = { count, total: count, offset: count, limit: count };
/** The cursor of the page after this one; null behind the last. */
const next = z.string().nullable().optional();
/** There may be more than `total`: counting all that hold a common word would take too long. */
const totalIsAtLeast = z.boolean().optional();

export const usageSumSchema = z
  .object({
    requests: count,
    tokens: tokenClassesSchema,
    costNanos: count,
    reportedCostNanos: count,
    unpricedRequests: count,
    unpricedTokens: count,
    /** What covered calls would have cost at list price; never part of `costNanos`. */
    coveredCostNanos: count,
    coveredUnlisted: count,
    latencyMsTotal: z.number(),
    latencyCount: count,
  })
  .meta({ id: 'UsageSum' });

/** UsageEventInfo plus what the contract cannot say: token classes and whose cost it is. */
export const usageEventRowSchema = usageEventInfoSchema
  .extend({
    tokens: tokenClassesSchema,
    /** Our price; null is unpriced. */
    costNanos: count.nullable(),
    /** What the source says it cost; `estimatedCost` falls back to it. */
    reportedCostNanos: count.nullable(),
    billing: z.enum(BILLING_KINDS),
    /** Of a covered call: what it would have cost; null where no list price is known. */
    listCostNanos: count.nullable(),
    /** The part of `tokens.cacheWrite` kept for an hour; null where the source does not say. */
    cacheWrite1h: count.nullable(),
  })
  .meta({ id: 'UsageEventRow' });
export type UsageEventRow = z.infer<typeof usageEventRowSchema>;

export const usageEventListSchema = z
  .object({ events: z.array(usageEventRowSchema), ...paging, next })
  .meta({ id: 'UsageEventList' });

export const organismListSchema = z
  .object({
    organisms: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        status: z.string(),
        source: z.string(),
        run: count,
        agentCount: count,
        activeThreads: count,
      }),
    ),
    count,
  })
  .meta({ id: 'OrganismList' });
export type OrganismList = z.infer<typeof organismListSchema>;

export const sourceInfoSchema = z
  .object({
    name: z.string(),
    kind: z.string(),
    url: z.string(),
    organismId: z.string(),
    /** The kinds of commands it takes; others answer that they were not sent. */
    commands: z.array(z.string()),
    state: z.enum(SOURCE_STATES),
    since: instant,
    socketMode: z.enum(SOCKET_MODES).nullable(),
    reason: z.string().nullable(),
    nextTryAt: instant.nullable(),
    attempt: count,
    notices: z.array(z.string()),
    /** received = accepted + duplicate + rejected */
    counts: z.object({ received: count, accepted: count, duplicate: count, rejected: count }),
    lastReject: z
      .object({ reason: z.string(), detail: z.string(), receivedAt: instant })
      .nullable(),
    /** Bodies refused whole since the start, by reason; each is one of `rejected` too. */
    refusedBodies: z.record(z.string(), count),
    /** Redactions by label; only counts are kept, never the match. */
    redactions: z.record(z.string(), count),
    lastReceivedAt: instant.nullable(),
  })
  .meta({ id: 'SourceInfo' });
export type SourceInfo = z.infer<typeof sourceInfoSchema>;

export const sourceListSchema = z
  .object({ sources: z.array(sourceInfoSchema), count })
  .meta({ id: 'SourceList' });
export type SourceList = z.infer<typeof sourceListSchema>;

/** What became of pushed events: accepted + duplicate + rejected = sent. */
export const pushAnswerSchema = z
  .object({
    accepted: count,
    /** The source had sent them before: stored once, counted once. */
    duplicate: count,
    rejected: count,
    /** The first 20 that were refused; `index` is the place in what was sent, from 0. */
    rejects: z.array(z.object({ index: count, reason: z.string(), detail: z.string() })),
    /** Everything acknowledged here is at or before this journal position. */
    lastSeq: count,
  })
  .meta({ id: 'PushAnswer' });

/** Runtimes on the server's machine that could be watched. */
export const discoverySchema = z
  .object({
    found: z.array(z.object({ name: z.string(), kind: z.string(), title: z.string() })),
  })
  .meta({ id: 'Discovery' });
export type Discovery = z.infer<typeof discoverySchema>;

/** A part of the journal, for programs that follow it. */
export const journalPageSchema = z
  .object({
    /** A new one means another history: start over from position 0. */
    epoch: z.string(),
    /** The newest position there is. */
    lastSeq: count,
    events: z.array(journalEventSchema.meta({ id: 'JournalEvent' })),
  })
  .meta({ id: 'JournalPage' });

export const rejectListSchema = z
  .object({
    rejects: z.array(
      z.object({
        id: count,
        source: z.string(),
        reason: z.string(),
        detail: z.string(),
        sample: z.string(),
        receivedAt: instant,
      }),
    ),
    ...paging,
  })
  .meta({ id: 'RejectList' });

export const errorListSchema = z
  .object({
    errors: z.array(
      z.object({
        seq: count,
        threadId: z.string().nullable(),
        agent: z.string().nullable(),
        error: z.string(),
        severity: z.string(),
        timestamp: z.string(),
      }),
    ),
    ...paging,
    totalIsAtLeast,
    next,
  })
  .meta({ id: 'ErrorList' });
export type ErrorList = z.infer<typeof errorListSchema>;

/** ThreadInfo plus what our store adds: budget, spend and links between hops. */
export const threadRowSchema = threadInfoSchema
  .extend({
    budget: z
      .object({
        maxTokens: count,
        promptTokens: count,
        completionTokens: count,
        totalTokens: count,
        readAt: instant,
      })
      .nullable()
      .optional(),
    totalTokens: count.optional(),
    costNanos: count.optional(),
    unpricedRequests: count.optional(),
    parentThread: z.string().nullable().optional(),
    conversation: z.string().nullable().optional(),
  })
  .meta({ id: 'ThreadRow' });
export type ThreadRow = z.infer<typeof threadRowSchema>;

export const threadRowListSchema = z
  .object({
    threads: z.array(threadRowSchema),
    ...paging,
    totalIsAtLeast,
    next,
  })
  .meta({ id: 'ThreadRowList' });
export type ThreadRowList = z.infer<typeof threadRowListSchema>;

/** MessageInfo plus its journal position, for keyset paging (`before_seq`, `after_seq`). */
export const messageRowSchema = messageInfoSchema
  .extend({ seq: count.optional() })
  .meta({ id: 'MessageRow' });
export type MessageRow = z.infer<typeof messageRowSchema>;

export const messageRowListSchema = z
  .object({ messages: z.array(messageRowSchema), ...paging, totalIsAtLeast })
  .meta({ id: 'MessageRowList' });
export type MessageRowList = z.infer<typeof messageRowListSchema>;

/** Spend by agent and model; `group_by` decides the rows. */
export const usageBreakdownSchema = z
  .object({
    groupBy: z.array(z.string()),
    rows: z.array(z.object({ keys: z.array(z.string().nullable()), sum: usageSumSchema })),
    total: usageSumSchema,
  })
  .meta({ id: 'UsageBreakdown' });
export type UsageBreakdown = z.infer<typeof usageBreakdownSchema>;

export const searchResultSchema = z
  .object({
    hits: z.array(
      z.object({
        organismId: z.string(),
        kind: z.enum(['agent', 'thread', 'message']),
        id: z
          .string()
          .meta({ description: 'Name or thread id; of a message its journal position' }),
        title: z.string(),
        detail: z.string(),
      }),
    ),
    count,
  })
  .meta({ id: 'SearchResult' });
export type SearchResult = z.infer<typeof searchResultSchema>;

/** Names that occur in the usage ledger, for filters. */
export const usageNamesSchema = z
  .object({ names: z.array(z.string()), count })
  .meta({ id: 'UsageNames' });

export const sessionSchema = z
  .object({
    /** Whether this caller may send commands: it has shown the key or used the login link. */
    canControl: z.boolean(),
    version: z.string(),
    epoch: z.string(),
    priceVersion: z.string(),
    catalogueVersion: z.string(),
    /** Whether the demo organism can be started here, and whether it runs. */
    demo: z.enum(['available', 'running', 'unavailable']),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof sessionSchema>;

/** What the upstream answered to a forwarded command; 504 with `outcome: unknown` when we cannot know. */
export const commandListSchema = z
  .object({
    commands: z.array(
      z.object({
        id: count,
        organismId: z.string(),
        command: z.string(),
        target: z.string(),
        actor: z.string(),
        requestedAt: instant,
        outcome: z.enum(['requested', 'answered', 'refused', 'unknown']),
        status: count.nullable(),
        answer: z.string(),
        finishedAt: instant.nullable(),
      }),
    ),
    ...paging,
  })
  .meta({ id: 'CommandList' });
export type CommandList = z.infer<typeof commandListSchema>;

export const problemSchema = z
  .object({ detail: z.union([z.string(), z.array(z.unknown())]) })
  .meta({ id: 'Problem' });
