import { parseInstant } from '#organism/instant.ts';

import { readFilter } from './http-params.ts';
import { addCall, sumOf, type UsageRow, type UsageSum } from './usage-ledger.ts';
import { formatOffset } from './wire-time.ts';

/** Which rows a usage question is about. */
export interface UsageSpan {
  readonly orgId: string | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly isEverything: boolean;
  contains(row: UsageRow): boolean;
}

/**
 * Both ends are inclusive. A time that is no instant (a bare day, a word, an unescaped plus) is
 * compared as text, as the recorded store did: nothing is refused.
 */
export function readSpan(query: URLSearchParams): UsageSpan {
  const startTime = readFilter(query, 'start_time');
  const endTime = readFilter(query, 'end_time');
  const orgId = readFilter(query, 'org_id');
  const isAfterStart = startTime === null ? null : bound(startTime, (order) => order >= 0);
  const isBeforeEnd = endTime === null ? null : bound(endTime, (order) => order <= 0);
  return {
    orgId,
    startTime,
    endTime,
    isEverything: orgId === null && startTime === null && endTime === null,
    contains: (row) =>
      (orgId === null || row.orgId === orgId) &&
      (isAfterStart === null || isAfterStart(row.at)) &&
      (isBeforeEnd === null || isBeforeEnd(row.at)),
  };
}

function bound(text: string, isInside: (order: number) => boolean): (at: number) => boolean {
  const instant = parseInstant(text);
  if (instant !== null) return (at) => isInside(microsecondsBetween(at, instant));
  return (at) => {
    const own = formatOffset(at);
    return isInside(own === text ? 0 : own < text ? -1 : 1);
  };
}

/** Whole microseconds, since neither side of the wire keeps more. */
function microsecondsBetween(a: number, b: number): number {
  return Math.round((a - b) * 1000);
}

export function describeRow(row: UsageRow) {
  const metadata: Record<string, string> = {};
  if (row.orgId !== null) metadata['org_id'] = row.orgId;
  if (row.userId !== null) metadata['user_id'] = row.userId;
  return {
    id: row.id,
    timestamp: formatOffset(row.at),
    threadId: row.threadId,
    agentId: row.agentId,
    model: row.model,
    provider: row.provider,
    promptTokens: row.promptTokens,
    completionTokens: row.completionTokens,
    totalTokens: row.promptTokens + row.completionTokens,
    latencyMs: row.latencyMs,
    estimatedCost: row.estimatedCost,
    metadata,
  };
}

export function sumBilling(rows: readonly UsageRow[], span: UsageSpan, now: number) {
  const byModel = new Map<string, UsageSum>();
  const byAgent = new Map<string, UsageSum>();
  const all = new Map<string, UsageSum>();
  for (const row of rows) {
    if (!span.contains(row)) continue;
    addCall(sumOf(all, ''), row);
    addCall(sumOf(byModel, row.model), row);
    if (row.agentId !== null) addCall(sumOf(byAgent, row.agentId), row);
  }
  const total = sumOf(all, '');
  return {
    orgId: span.orgId,
    startTime: span.startTime ?? '',
    endTime: span.endTime ?? formatOffset(now),
    totalTokens: total.promptTokens + total.completionTokens,
    promptTokens: total.promptTokens,
    completionTokens: total.completionTokens,
    requestCount: total.requestCount,
    totalCost: roundCost(total.totalCost),
    byModel: describeShares(byModel),
    byAgent: describeShares(byAgent),
  };
}

export function sumDays(rows: readonly UsageRow[], span: UsageSpan) {
  const days = new Map<string, UsageSum>();
  for (const row of rows) {
    if (span.contains(row)) addCall(sumOf(days, formatOffset(row.at).slice(0, 10)), row);
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, sum]) => ({
      date,
      totalTokens: sum.promptTokens + sum.completionTokens,
      requestCount: sum.requestCount,
      totalCost: roundCost(sum.totalCost),
    }));
}

function describeShares(sums: ReadonlyMap<string, UsageSum>) {
  return Object.fromEntries(
    [...sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, sum]) => [
        key,
        {
          total_tokens: sum.promptTokens + sum.completionTokens,
          prompt_tokens: sum.promptTokens,
          completion_tokens: sum.completionTokens,
          request_count: sum.requestCount,
          total_cost: roundCost(sum.totalCost),
        },
      ]),
  );
}

/** Four decimals of a dollar, as recorded. */
export function roundCost(dollars: number): number {
  return Math.round(dollars * 1e4) / 1e4;
}
