import type { DailyUsagePoint } from '#organism/agentserver/usage.ts';
import { usdToNanos } from '#organism/money.ts';

export interface DayTotal {
  readonly costNanos: number;
  readonly tokens: number;
  readonly requests: number;
  readonly unpricedRequests: number;
}

/** A day without usage has no row: it cost nothing. */
export function sumDay(rows: readonly DailyUsagePoint[]): DayTotal {
  const total = { costNanos: 0, tokens: 0, requests: 0, unpricedRequests: 0 };
  for (const row of rows) {
    total.costNanos += row.totalCostNanos ?? usdToNanos(row.totalCost) ?? 0;
    total.tokens += row.totalTokens;
    total.requests += row.requestCount;
    total.unpricedRequests += row.unpricedRequests ?? 0;
  }
  return total;
}
