import { integer, primaryKey, sqliteTable } from 'drizzle-orm/sqlite-core';

/**
 * Sums of the ledger, added to by writer/settlement.ts. A bucket is the number of its
 * quarter hour, UTC day or seven UTC days since 1970. Ids of 0 mean the source named none. The tables
 * are WITHOUT ROWID, which Drizzle cannot say: the generated migration was given those words.
 */

const sums = () => ({
  requests: integer().notNull(),
  inputFresh: integer('input_fresh').notNull(),
  cacheRead: integer('cache_read').notNull(),
  cacheWrite: integer('cache_write').notNull(),
  outputVisible: integer('output_visible').notNull(),
  reasoning: integer().notNull(),
  costNanos: integer('cost_nanos').notNull(),
  reportedCostNanos: integer('reported_cost_nanos').notNull(),
  unpricedRequests: integer('unpriced_requests').notNull(),
  unpricedTokens: integer('unpriced_tokens').notNull(),
  latencyMicros: integer('latency_micros').notNull(),
  latencyCount: integer('latency_count').notNull(),
  coveredCostNanos: integer('covered_cost_nanos').notNull().default(0),
  coveredUnlisted: integer('covered_unlisted').notNull().default(0),
});
const organism = () => ({ organismId: integer('organism_id').notNull() });
const bucket = () => ({ ...organism(), bucket: integer().notNull() });
const org = () => ({ orgId: integer('org_id').notNull() });
const agent = () => ({ agentId: integer('agent_id').notNull() });
const model = () => ({
  modelId: integer('model_id').notNull(),
  providerId: integer('provider_id').notNull(),
});

export const usageQuarterOrg = sqliteTable(
  'usage_quarter_org',
  { ...bucket(), ...org(), ...sums() },
  (table) => [primaryKey({ columns: [table.organismId, table.bucket, table.orgId] })],
);

export const usageQuarter = sqliteTable(
  'usage_quarter',
  { ...bucket(), ...org(), ...agent(), ...model(), ...sums() },
  (table) => [
    primaryKey({
      columns: [
        table.organismId,
        table.bucket,
        table.orgId,
        table.agentId,
        table.modelId,
        table.providerId,
      ],
    }),
  ],
);

export const usageQuarterModel = sqliteTable(
  'usage_quarter_model',
  { ...bucket(), ...model(), ...sums() },
  (table) => [
    primaryKey({ columns: [table.organismId, table.bucket, table.modelId, table.providerId] }),
  ],
);

export const usageDayOrg = sqliteTable(
  'usage_day_org',
  { ...bucket(), ...org(), ...sums() },
  (table) => [primaryKey({ columns: [table.organismId, table.bucket, table.orgId] })],
);

export const usageDayAgent = sqliteTable(
  'usage_day_agent',
  { ...bucket(), ...agent(), ...sums() },
  (table) => [primaryKey({ columns: [table.organismId, table.bucket, table.agentId] })],
);

export const usageDayModel = sqliteTable(
  'usage_day_model',
  { ...bucket(), ...org(), ...model(), ...sums() },
  (table) => [
    primaryKey({
      columns: [table.organismId, table.bucket, table.orgId, table.modelId, table.providerId],
    }),
  ],
);

export const usageDay = sqliteTable(
  'usage_day',
  { ...bucket(), ...org(), ...agent(), ...model(), ...sums() },
  (table) => [
    primaryKey({
      columns: [
        table.organismId,
        table.bucket,
        table.orgId,
        table.agentId,
        table.modelId,
        table.providerId,
      ],
    }),
  ],
);

export const usageWeek = sqliteTable(
  'usage_week',
  { ...bucket(), ...org(), ...agent(), ...model(), ...sums() },
  (table) => [
    primaryKey({
      columns: [
        table.organismId,
        table.bucket,
        table.orgId,
        table.agentId,
        table.modelId,
        table.providerId,
      ],
    }),
  ],
);

export const usageThread = sqliteTable(
  'usage_thread',
  {
    ...organism(),
    threadId: integer('thread_id').notNull(),
    ...org(),
    ...agent(),
    ...model(),
    ...sums(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.organismId,
        table.threadId,
        table.orgId,
        table.agentId,
        table.modelId,
        table.providerId,
      ],
    }),
  ],
);
