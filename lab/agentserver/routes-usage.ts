import type { LabBudgets } from './budgets.ts';
import { DEFAULT_MAX_TOKENS } from './budgets.ts';
import { HISTORY_PAGE, readFilter, readPage } from './http-params.ts';
import { json, notFound, type Reply } from './http-reply.ts';
import type { Route } from './router.ts';
import { emptySum, type UsageLedger, type UsageSum } from './usage-ledger.ts';
import { describeRow, readSpan, roundCost, sumBilling, sumDays } from './usage-queries.ts';

export interface UsageRouteDeps {
  readonly usage: UsageLedger;
  readonly budgets: LabBudgets;
  readonly now: () => number;
}

export function createUsageRoutes(deps: UsageRouteDeps): Route[] {
  const { usage, budgets, now } = deps;
  return [
    {
      method: 'GET',
      path: '/api/v1/usage',
      handle: () => json({ usage: describeUsage(deps) }),
    },
    {
      method: 'GET',
      path: '/api/v1/usage/threads',
      handle: () => {
        const threads = budgets.list();
        return json({ threads, count: threads.length, defaultMaxTokens: DEFAULT_MAX_TOKENS });
      },
    },
    {
      method: 'GET',
      path: '/api/v1/usage/threads/:id',
      handle: ({ params: [id = ''] }) => {
        const budget = budgets.get(id);
        return budget === null ? notFound(`No budget found for thread: ${id}`) : json(budget);
      },
    },
    {
      method: 'GET',
      path: '/api/v1/usage/agents/:id',
      handle: ({ params: [agentId = ''] }) =>
        json({ agentId, ...describeSum(usage.byAgent().get(agentId) ?? emptySum()) }),
    },
    {
      method: 'GET',
      path: '/api/v1/usage/models/:model',
      handle: ({ params: [model = ''] }) =>
        json({ model, ...describeSum(usage.byModel().get(model) ?? emptySum()) }),
    },
    { method: 'GET', path: '/api/v1/usage/history', handle: ({ query }) => history(deps, query) },
    {
      method: 'GET',
      path: '/api/v1/usage/billing',
      handle: ({ query }) => json(sumBilling(usage.stored(), readSpan(query), now())),
    },
    {
      method: 'GET',
      path: '/api/v1/usage/daily',
      handle: ({ query }) => {
        const days = sumDays(usage.stored(), readSpan(query));
        return json({ days, count: days.length });
      },
    },
  ];
}

/** `total` counts by time and organisation only, as recorded: agent and model do not lower it. */
function history({ usage }: UsageRouteDeps, query: URLSearchParams): Reply {
  const read = readPage(query, HISTORY_PAGE);
  if ('reply' in read) return read.reply;
  const { limit, offset } = read.page;
  const span = readSpan(query);
  const agentId = readFilter(query, 'agent_id');
  const model = readFilter(query, 'model');
  const rows = usage.stored();
  const events: ReturnType<typeof describeRow>[] = [];
  let total = 0;
  let skipped = 0;
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (row === undefined || !span.contains(row)) continue;
    total += 1;
    if (agentId !== null && row.agentId !== agentId) continue;
    if (model !== null && row.model !== model) continue;
    skipped += 1;
    if (skipped > offset && events.length < limit) events.push(describeRow(row));
    if (events.length === limit && span.isEverything) break;
  }
  if (span.isEverything) total = rows.length;
  return json({ events, count: events.length, total, offset, limit });
}

function describeUsage({ usage, budgets }: UsageRouteDeps) {
  const totals = usage.totals();
  return {
    totals: {
      ...describeSum(totals),
      avgLatencyMs: totals.requestCount === 0 ? 0 : totals.latencyMs / totals.requestCount,
    },
    byAgent: [...usage.byAgent()].map(([agentId, sum]) => ({ agentId, ...describeSum(sum) })),
    byModel: [...usage.byModel()].map(([model, sum]) => ({ model, ...describeSum(sum) })),
    activeThreads: budgets.count(),
  };
}

function describeSum(sum: UsageSum) {
  return {
    totalTokens: sum.promptTokens + sum.completionTokens,
    promptTokens: sum.promptTokens,
    completionTokens: sum.completionTokens,
    requestCount: sum.requestCount,
    totalCost: roundCost(sum.totalCost),
  };
}
