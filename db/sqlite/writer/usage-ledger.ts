import type { PreparedEvent } from '#db/store.ts';
import type { DraftOf } from '#organism/event.ts';
import { effectiveCostNanos } from '#organism/event.ts';
import { totalTokens } from '#organism/tokens.ts';

import type { Connection } from '../connection.ts';
import type { AgentProjection } from './agent-projection.ts';
import { latest } from './latest.ts';
import type { NameBook } from './name-book.ts';
import { createPriceBook } from './price-book.ts';
import { createRollupWriter } from './rollup-writer.ts';
import type { ThreadProjection } from './thread-projection.ts';

type PreparedUsage = Extract<PreparedEvent, { type: 'usage' }>;

export interface UsageLedger {
  add(organismId: number, seq: number, event: PreparedUsage): void;
  flush(): void;
  reset(): void;
}

/** Writes model calls to the ledger, the rollups and the totals of their threads. */
export function createUsageLedger(
  db: Connection,
  deps: { names: NameBook; agents: AgentProjection; threads: ThreadProjection },
): UsageLedger {
  const { names, agents, threads } = deps;
  const prices = createPriceBook(db);
  const rollups = createRollupWriter(db);
  const insert = db.prepare(
    `INSERT INTO usage (seq, organism_id, thread_id, agent_id, model_id, provider_id, org_id,
       user_id, occurred_at, input_fresh, cache_read, cache_write, output_visible, reasoning,
       latency_ms, reported_cost_nanos, cost_nanos, price_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  function addToThread(organismId: number, seq: number, event: PreparedUsage): number {
    if (event.threadId === null) return 0;
    const thread = threads.get(organismId, event.threadId);
    const cost = costOf(event);
    thread.totalTokens += totalTokens(event.tokens);
    thread.costNanos += cost ?? 0;
    thread.unpricedRequests += cost === null ? 1 : 0;
    thread.lastActivity = latest(thread.lastActivity, event.occurredAt);
    thread.firstUsageSeq ??= seq;
    thread.lastUsageSeq = seq;
    return thread.id;
  }

  return {
    add(organismId, seq, event) {
      const ids = {
        thread: addToThread(organismId, seq, event),
        agent: agents.idOf(organismId, event.agent),
        model: names.idOf(event.model),
        provider: names.idOf(event.provider),
        org: names.idOf(event.org),
      };
      const { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning } = event.tokens;
      insert.run(
        seq,
        organismId,
        ids.thread,
        ids.agent,
        ids.model,
        ids.provider,
        ids.org,
        names.idOf(event.user),
        event.occurredAt,
        inputFresh,
        cacheRead,
        cacheWrite,
        outputVisible,
        reasoning,
        event.latencyMs,
        event.reportedCostNanos,
        event.costNanos ?? null,
        event.price == null ? null : prices.idOf(event.price),
      );
      rollups.add({ organismId, occurredAt: event.occurredAt, ids, sums: sumsOf(event) });
    },
    flush: () => rollups.flush(),
    reset() {
      prices.reset();
      rollups.reset();
    },
  };
}

function costOf(event: DraftOf<'usage'> & { costNanos?: number | null | undefined }) {
  return effectiveCostNanos({
    costNanos: event.costNanos ?? null,
    reportedCostNanos: event.reportedCostNanos,
  });
}

/** In the order of SUM_COLUMNS. */
function sumsOf(event: PreparedUsage): number[] {
  const cost = costOf(event);
  const { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning } = event.tokens;
  const isOnlyReported = event.costNanos == null;
  return [
    1,
    inputFresh,
    cacheRead,
    cacheWrite,
    outputVisible,
    reasoning,
    cost ?? 0,
    isOnlyReported ? (cost ?? 0) : 0,
    cost === null ? 1 : 0,
    cost === null ? totalTokens(event.tokens) : 0,
    latencyMicros(event.latencyMs ?? 0),
    event.latencyMs === null ? 0 : 1,
  ];
}

/** Whole microseconds, so that sums do not depend on their order; SQL rounds raw rows the same way. */
function latencyMicros(latencyMs: number): number {
  return Math.min(Math.floor(latencyMs * 1000 + 0.5), Number.MAX_SAFE_INTEGER);
}
