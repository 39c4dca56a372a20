import type { LabBudgets } from './budgets.ts';
import { DEFAULT_MAX_TOKENS } from './budgets.ts';
import { HISTORY_PAGE, readFilter, readPage } from './http-params.ts';
import { json, notFound, type Reply } from './http-reply.ts';
import type { Route } from './router.ts';
import { emptySum, type UsageLedger, type UsageRow, type UsageSum } from './usage-ledger.ts';
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
  const { found, total } = findNewest(rows, {
    isCounted: span.isEverything ? null : (row) => span.contains(row),
    isWanted: (row) =>
      (agentId === null || row.agentId === agentId) && (model === null || row.model === model),
    end: offset + limit,
  });
  const events = found.slice(offset).map(describeRow);
  return json({ events, count: events.length, total, offset, limit });
}

interface RowSearch {
  /** Null counts every row, which needs no walk to the end. */
  readonly isCounted: ((row: UsageRow) => boolean) | null;
  readonly isWanted: (row: UsageRow) => boolean;
  /** How many wanted rows are enough. */
  readonly end: number;
}

function findNewest(
  rows: readonly UsageRow[],
  { isCounted, isWanted, end }: RowSearch,
): { found: UsageRow[]; total: number } {
  const found: UsageRow[] = [];
  let total = 0;
  for (const row of newestFirst(rows)) {
    if (isCounted === null && found.length === end) break;
    if (isCounted !== null && !isCounted(row)) continue;
    total += 1;
    if (found.length < end && isWanted(row)) found.push(row);
  }
  return { found, total: isCounted === null ? rows.length : total };
}

function* newestFirst(rows: readonly UsageRow[]): Generator<UsageRow> {
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (row !== undefined) yield row;
  }
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
