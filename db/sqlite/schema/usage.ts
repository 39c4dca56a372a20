import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * The ledger: one row per model call. Ids of 0 mean the source named none. The provider's name also
 * says who pays: see ../billed-provider.ts.
 */
export const usage = sqliteTable(
  'usage',
  {
    seq: integer().primaryKey(),
    organismId: integer('organism_id').notNull(),
    threadId: integer('thread_id').notNull(),
    agentId: integer('agent_id').notNull(),
    modelId: integer('model_id').notNull(),
    providerId: integer('provider_id').notNull(),
    orgId: integer('org_id').notNull(),
    userId: integer('user_id').notNull(),
    occurredAt: real('occurred_at').notNull(),
    inputFresh: integer('input_fresh').notNull(),
    cacheRead: integer('cache_read').notNull(),
    cacheWrite: integer('cache_write').notNull(),
    outputVisible: integer('output_visible').notNull(),
    reasoning: integer().notNull(),
    latencyMs: real('latency_ms'),
    reportedCostNanos: integer('reported_cost_nanos'),
    /** Null is unpriced, which is not zero. */
    costNanos: integer('cost_nanos'),
    priceId: integer('price_id'),
    /** Of a covered call: its list price, where one is known. */
    coveredCostNanos: integer('covered_cost_nanos'),
  },
  (table) => [index('usage_organism').on(table.organismId, table.occurredAt)],
);

/** Prices that were applied; rows are never changed, so that history keeps its unit prices. */
export const prices = sqliteTable(
  'prices',
  {
    id: integer().primaryKey(),
    /** The other columns as one text: equal prices are one row. */
    identity: text().notNull(),
    source: text().notNull(),
    version: text().notNull(),
    provider: text().notNull(),
    model: text().notNull(),
    /** Nano-dollars per million tokens. */
    inputFresh: integer('input_fresh').notNull(),
    cacheRead: integer('cache_read').notNull(),
    cacheWrite: integer('cache_write').notNull(),
    outputVisible: integer('output_visible').notNull(),
    reasoning: integer().notNull(),
    /** Null: cache writes kept for an hour cost what the others do. */
    cacheWrite1h: integer('cache_write_1h'),
  },
  (table) => [uniqueIndex('prices_identity').on(table.identity)],
);
