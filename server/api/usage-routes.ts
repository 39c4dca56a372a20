import { z } from 'zod';

import { usageFields } from '#organism/agentserver/usage-views.ts';
import {
  agentUsageSchema,
  modelUsageSchema,
  threadBudgetListSchema,
  threadBudgetSchema,
  usageOverviewSchema,
} from '#organism/agentserver/usage.ts';
import { usageEventListSchema } from '#organism/api/resources.ts';
import type { OrganismState } from '#organism/state.ts';
import { ZERO_USAGE } from '#organism/usage-sum.ts';

import type { ApiDeps } from './api-deps.ts';
import { organismIdOf, resolveOrganism } from './api-deps.ts';
import {
  averageLatencyMs,
  budgetInfo,
  countActiveThreads,
  usageEventRow,
} from './contract-views.ts';
import { cursorParam, readCursor, writeCursor } from './cursor.ts';
import { intParam, organismParam, textParam, timeParam, toRange } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';
import type { UsageBaselines } from './usage-baselines.ts';
import { billingParam } from './usage-report-routes.ts';

/** The contract's budget for a thread that was given none. */
const DEFAULT_MAX_TOKENS = 100_000;
const HISTORY_ORDER = 'usage';

const query = z.object({ organism: organismParam });
const historyQuery = z.object({
  organism: organismParam,
  start_time: timeParam,
  end_time: timeParam,
  org_id: textParam,
  agent_id: textParam,
  model: textParam,
  billing: billingParam,
  cursor: cursorParam,
  limit: intParam({ min: 1, max: 1000, fallback: 100 }),
  offset: intParam({ min: 0, max: 1e12, fallback: 0 }),
});

/** Running totals and budgets, from the live picture, and the ledger's single calls. */
export function usageRoutes(deps: ApiDeps, baselines: UsageBaselines): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage',
      summary: 'Running totals, by agent and by model',
      query,
      answer: z.object({ usage: usageOverviewSchema }).meta({ id: 'UsageAnswer' }),
      problems: [404],
      handle: async ({ query: { organism } }) => ({
        usage: overview(await resolveOrganism(deps, organism), baselines),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage/threads',
      summary: 'Budgets of the threads that have not completed, hottest first',
      query,
      answer: threadBudgetListSchema,
      problems: [404],
      async handle({ query: { organism } }) {
        const threads = openBudgets(await resolveOrganism(deps, organism));
        return { threads, count: threads.length, defaultMaxTokens: DEFAULT_MAX_TOKENS };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage/threads/{thread_id}',
      summary: "One thread's budget; of a finished thread the last one known",
      query,
      answer: threadBudgetSchema,
      problems: [404],
      async handle({ params: { thread_id: id = '' }, query: { organism } }) {
        const organismId = organismIdOf(deps, organism);
        const budget = (await deps.store.getThread(organismId, id))?.budget ?? null;
        if (budget === null) throw new Problem('not-found', `No budget found for thread: ${id}`);
        return budgetInfo(id, budget);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage/agents/{agent_id}',
      summary: "One agent's running total",
      query,
      answer: agentUsageSchema,
      problems: [404],
      async handle({ params: { agent_id: agentId = '' }, query: { organism } }) {
        const { byAgent } = baselines.since(await resolveOrganism(deps, organism));
        return { agentId, ...usageFields(byAgent.get(agentId) ?? ZERO_USAGE) };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage/models/{model}',
      summary: "One model's running total",
      query,
      answer: modelUsageSchema,
      problems: [404],
      async handle({ params: { model = '' }, query: { organism } }) {
        const { byModel } = baselines.since(await resolveOrganism(deps, organism));
        return { model, ...usageFields(byModel.get(model) ?? ZERO_USAGE) };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/usage/history',
      summary: 'Single model calls, newest first',
      query: historyQuery,
      answer: usageEventListSchema,
      problems: [404],
      async handle({ query }) {
        const organismId = organismIdOf(deps, query.organism);
        const { limit, offset } = query;
        const { rows, total, next } = await deps.store.listUsage({
          organismId,
          ...toRange(query),
          org: query.org_id,
          agent: query.agent_id,
          model: query.model,
          billing: query.billing,
          after: readCursor(HISTORY_ORDER, query.cursor),
          limit,
          offset,
        });
        return {
          events: rows.map(usageEventRow),
          count: rows.length,
          total,
          offset,
          limit,
          next: writeCursor(HISTORY_ORDER, next),
        };
      },
    }),
  ];
}

function overview(state: OrganismState, baselines: UsageBaselines) {
  const { total, byAgent, byModel } = baselines.since(state);
  return {
    totals: { ...usageFields(total), avgLatencyMs: averageLatencyMs(total) },
    byAgent: [...byAgent].map(([agentId, sum]) => ({ agentId, ...usageFields(sum) })),
    byModel: [...byModel].map(([model, sum]) => ({ model, ...usageFields(sum) })),
    activeThreads: countActiveThreads(state),
  };
}

/** A failed or killed thread keeps its budget in the contract; a completed one gives it up. */
function openBudgets(state: OrganismState) {
  return [...state.threads.values()]
    .filter(({ run, status }) => run === state.run && status !== 'completed')
    .flatMap(({ id, budget }) => (budget === null ? [] : [budgetInfo(id, budget)]))
    .sort((a, b) => b.percentUsed - a.percentUsed || b.totalTokens - a.totalTokens);
}
