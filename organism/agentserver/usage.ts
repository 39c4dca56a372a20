import { z } from 'zod';

/** The AgentServer contract's usage, budgets and billing. Costs here are US dollars, as in the contract. */

const count = z.number().int();

/** Added by us beside every total: unpriced is not zero, covered is not charged. Absent from other servers' answers. */
const unpriced = {
  unpricedRequests: count.optional(),
  unpricedTokens: count.optional(),
  /** The same total as an exact integer of nano-dollars. */
  totalCostNanos: count.optional(),
  /** How much of the total is the source's own figure because we know no price. */
  reportedCostNanos: count.optional(),
  /** What calls covered by a subscription would have cost at list price; no part of the total. */
  coveredCostNanos: count.optional(),
  /** Covered calls without a known list price. */
  coveredUnlisted: count.optional(),
};

export const usageTotalsSchema = z
  .object({
    totalTokens: count,
    promptTokens: count,
    completionTokens: count,
    requestCount: count,
    totalCost: z.number(),
    avgLatencyMs: z.number(),
    ...unpriced,
  })
  .meta({ id: 'UsageTotals' });

const usageRow = {
  totalTokens: count,
  promptTokens: count,
  completionTokens: count,
  requestCount: count,
  totalCost: z.number(),
  ...unpriced,
};

export const agentUsageSchema = z
  .object({ agentId: z.string(), ...usageRow })
  .meta({ id: 'AgentUsageInfo' });
export const modelUsageSchema = z
  .object({ model: z.string(), ...usageRow })
  .meta({ id: 'ModelUsageInfo' });

export const usageOverviewSchema = z
  .object({
    totals: usageTotalsSchema,
    byAgent: z.array(agentUsageSchema),
    byModel: z.array(modelUsageSchema),
    activeThreads: count,
  })
  .meta({ id: 'UsageOverview' });
export type UsageOverview = z.infer<typeof usageOverviewSchema>;

export const threadBudgetSchema = z
  .object({
    threadId: z.string(),
    maxTokens: count,
    promptTokens: count,
    completionTokens: count,
    totalTokens: count,
    remaining: count,
    percentUsed: z.number(),
    isExhausted: z.boolean(),
  })
  .meta({ id: 'ThreadBudgetInfo' });
export type ThreadBudgetInfo = z.infer<typeof threadBudgetSchema>;

export const threadBudgetListSchema = z
  .object({ threads: z.array(threadBudgetSchema), count, defaultMaxTokens: count })
  .meta({ id: 'ThreadBudgetList' });

export const usageEventInfoSchema = z
  .object({
    id: count,
    timestamp: z.string(),
    threadId: z.string(),
    agentId: z.string().nullish(),
    model: z.string(),
    provider: z.string(),
    promptTokens: count,
    completionTokens: count,
    totalTokens: count,
    latencyMs: z.number(),
    estimatedCost: z.number().nullish(),
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'UsageEventInfo' });
export type UsageEventInfo = z.infer<typeof usageEventInfoSchema>;

export const usageHistorySchema = z
  .object({
    events: z.array(usageEventInfoSchema),
    count,
    total: count,
    offset: count,
    limit: count,
  })
  .meta({ id: 'UsageHistory' });

/** Snake_case even in the running server. */
const billingRowSchema = z
  .object({
    total_tokens: count,
    prompt_tokens: count,
    completion_tokens: count,
    request_count: count,
    total_cost: z.number(),
    unpriced_requests: count.optional(),
    unpriced_tokens: count.optional(),
    total_cost_nanos: count.optional(),
    reported_cost_nanos: count.optional(),
    covered_cost_nanos: count.optional(),
    covered_unlisted: count.optional(),
  })
  .meta({ id: 'BillingRow' });
export type BillingRow = z.infer<typeof billingRowSchema>;

export const billingSummarySchema = z
  .object({
    orgId: z.string().nullish(),
    startTime: z.string(),
    endTime: z.string(),
    totalTokens: count,
    promptTokens: count,
    completionTokens: count,
    requestCount: count,
    totalCost: z.number(),
    byModel: z.record(z.string(), billingRowSchema),
    byAgent: z.record(z.string(), billingRowSchema),
    /** Added by us: charged by call, and covered by a subscription. */
    byBilling: z.record(z.string(), billingRowSchema).optional(),
    ...unpriced,
  })
  .meta({ id: 'BillingSummary' });
export type BillingSummary = z.infer<typeof billingSummarySchema>;

export const dailyUsagePointSchema = z
  .object({
    date: z.string(),
    totalTokens: count,
    requestCount: count,
    totalCost: z.number(),
    ...unpriced,
    promptTokens: count.optional(),
    completionTokens: count.optional(),
    /** With `group_by`: what this row is for. Null means the usage named none. */
    group: z.string().nullable().optional(),
  })
  .meta({ id: 'DailyUsagePoint' });
export type DailyUsagePoint = z.infer<typeof dailyUsagePointSchema>;

export const dailyUsageSchema = z
  .object({
    days: z.array(dailyUsagePointSchema),
    count,
    timezone: z.string().optional(),
    groupBy: z.string().optional(),
  })
  .meta({ id: 'DailyUsage' });
export type DailyUsage = z.infer<typeof dailyUsageSchema>;
