import { z } from 'zod';

import type { UsageDimension, UsageGroup, UsageQuery } from '#db/store.ts';
import { honestyFields, usageFields } from '#organism/agentserver/usage-views.ts';
import type { BillingRow } from '#organism/agentserver/usage.ts';
import { billingSummarySchema, dailyUsageSchema } from '#organism/agentserver/usage.ts';
import { usageBreakdownSchema, usageNamesSchema } from '#organism/api/resources.ts';
import { BILLING_KINDS } from '#organism/event.ts';
import { formatInstant } from '#organism/instant.ts';
import type { UsageSum } from '#organism/usage-sum.ts';
import { ZERO_USAGE, mergeUsage } from '#organism/usage-sum.ts';

import type { ApiDeps } from './api-deps.ts';
import { organismIdOf } from './api-deps.ts';
import { jsonAround } from './json-around.ts';
import {
  choiceParam,
  organismParam,
  textParam,
  timeParam,
  toRange,
  zoneParam,
} from './parameters.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

export const USAGE_DIMENSIONS = ['model', 'agent', 'org', 'provider', 'thread', 'billing'] as const;
/** Days are not cut by thread: that is a table of threads, not a chart. */
export const DAY_DIMENSIONS = ['model', 'agent', 'org', 'provider', 'billing'] as const;
export const billingParam = choiceParam(BILLING_KINDS).meta({
  description: 'Only calls that are charged one by one, or only those a subscription covers',
});

const rangeParams = {
  organism: organismParam,
  start_time: timeParam.meta({ description: 'First instant of the range' }),
  end_time: timeParam.meta({ description: 'Last instant of the range, itself included' }),
  org_id: textParam,
};
const filterParams = {
  ...rangeParams,
  agent_id: textParam,
  model: textParam,
  provider: textParam,
  thread: textParam,
  billing: billingParam,
};

/** Totals from the ledger: bills, days and breakdowns. */
export function usageReportRoutes(deps: ApiDeps): Route[] {
  const { store } = deps;

  function toUsageQuery(query: z.output<z.ZodObject<typeof filterParams>>): UsageQuery {
    return {
      organismId: organismIdOf(deps, query.organism),
      ...toRange(query),
      org: query.org_id,
      agent: query.agent_id,
      model: query.model,
      provider: query.provider,
      threadId: query.thread,
      billing: query.billing,
    };
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage/billing',
      summary: 'The bill of a range, by model, by agent and by who pays',
      query: z.object(rangeParams),
      answer: billingSummarySchema,
      problems: [404],
      async handle({ query }) {
        const [byModel = [], byAgent = []] = await store.sumUsageEach({
          organismId: organismIdOf(deps, query.organism),
          ...toRange(query),
          org: query.org_id,
          groupings: [['model', 'billing'], ['agent']],
        });
        const total = byModel.reduce((sum, group) => mergeUsage(sum, group.sum), ZERO_USAGE);
        return {
          orgId: query.org_id ?? null,
          startTime: query.start_time?.text ?? '',
          endTime: query.end_time?.text ?? formatInstant(deps.now()),
          ...usageFields(total),
          byModel: billingRows(byModel),
          byAgent: billingRows(byAgent),
          byBilling: billingRows(byModel, 1),
        };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage/daily',
      summary: 'Usage by day in a time zone, oldest first',
      query: z.object({
        ...filterParams,
        timezone: zoneParam,
        group_by: choiceParam(DAY_DIMENSIONS),
      }),
      answer: dailyUsageSchema,
      problems: [404],
      async handle({ query }) {
        const { timezone, group_by: groupBy } = query;
        const days = await store.dailyUsageJson({ ...toUsageQuery(query), timezone, groupBy });
        return jsonAround('days', days.json, { count: days.count, timezone, groupBy });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage/breakdown',
      summary: 'Usage of a range by one or more dimensions, largest cost first',
      lists: ['group_by'],
      query: z.object({
        ...filterParams,
        group_by: z
          .array(z.string().max(256))
          .optional()
          .meta({
            description: `Any of ${USAGE_DIMENSIONS.join(', ')}; repeated or separated by commas`,
          }),
      }),
      answer: usageBreakdownSchema,
      problems: [404],
      async handle({ query }) {
        const groupBy = readDimensions(query.group_by ?? []);
        const { json, total } = await store.sumUsageJson({ ...toUsageQuery(query), groupBy });
        return jsonAround('rows', json, { groupBy, total });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage/names',
      summary: 'Names that occur in the ledger',
      query: z.object({ organism: organismParam, dimension: choiceParam(USAGE_DIMENSIONS) }),
      answer: usageNamesSchema,
      problems: [404],
      async handle({ query }) {
        const organismId = organismIdOf(deps, query.organism);
        const names = await store.listUsageNames(organismId, query.dimension ?? 'model');
        return { names, count: names.length };
      },
    }),
  ];
}

function readDimensions(texts: readonly string[]): UsageDimension[] {
  const names = texts.flatMap((text) => text.split(',')).filter((name) => name !== '');
  return [...new Set(names)].map((name) => {
    const dimension = USAGE_DIMENSIONS.find((known) => known === name);
    if (dimension !== undefined) return dimension;
    const msg = `Input should be one of ${USAGE_DIMENSIONS.join(', ')}`;
    throw new Problem('invalid', [{ type: 'enum', loc: ['query', 'group_by'], msg, input: name }]);
  });
}

/** Usage that names no agent is billed too: a bill's parts add up to its total. */
const NAMELESS = 'unknown';

/** @param key which key of a group names its row; groups of one name are added up */
function billingRows(groups: readonly UsageGroup[], key = 0): Record<string, BillingRow> {
  const sums = new Map<string, UsageSum>();
  for (const { keys, sum } of groups) {
    const name = keys[key] ?? NAMELESS;
    sums.set(name, mergeUsage(sums.get(name) ?? ZERO_USAGE, sum));
  }
  const rows = [...sums].sort(([, a], [, b]) => b.costNanos - a.costNanos);
  return Object.fromEntries(rows.map(([name, sum]) => [name, billingRow(sum)]));
}

/** Snake_case, as in the contract. */
function billingRow(sum: UsageSum): BillingRow {
  const { totalTokens, promptTokens, completionTokens, requestCount, totalCost } = usageFields(sum);
  const honesty = honestyFields(sum);
  return {
    total_tokens: totalTokens,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    request_count: requestCount,
    total_cost: totalCost,
    unpriced_requests: honesty.unpricedRequests,
    unpriced_tokens: honesty.unpricedTokens,
    total_cost_nanos: honesty.totalCostNanos,
    reported_cost_nanos: honesty.reportedCostNanos,
    covered_cost_nanos: honesty.coveredCostNanos,
    covered_unlisted: honesty.coveredUnlisted,
  };
}
