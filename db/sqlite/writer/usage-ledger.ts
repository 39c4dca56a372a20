import { effectiveCostNanos } from '#organism/event.ts';
import { totalTokens } from '#organism/tokens.ts';
import { isUnlisted } from '#organism/usage-sum.ts';

import { billedProvider } from '../billed-provider.ts';
import type { Connection } from '../connection.ts';
import { LEDGER_COLUMNS } from '../row-check.ts';
import type { AgentProjection } from './agent-projection.ts';
import type { AmendedCall, PreparedCall } from './amend-call.ts';
import { latest } from './latest.ts';
import type { NameBook } from './name-book.ts';
import { createPriceBook } from './price-book.ts';
import { createRollupWriter } from './rollup-writer.ts';
import { createRowInserter } from './row-inserter.ts';
import type { ThreadProjection } from './thread-projection.ts';

/** In the order of LEDGER_COLUMNS. */
export type LedgerRow = readonly (number | null)[];

export interface UsageLedger {
  /** Adds a call to the rollups and the totals of its thread; returns what `store` is to be given. */
  apply(organismId: number, seq: number, event: PreparedCall): LedgerRow;
  store(seq: number, row: LedgerRow): void;
  /** Puts what a call is now in place of what it was; returns what `replace` is to be given. */
  amend(organismId: number, event: AmendedCall): LedgerRow;
  /** In place of a row that is flushed. */
  replace(seq: number, row: LedgerRow): void;
  /** Writes the ledger's rows. */
  flush(): void;
  /** Cells of the rollups in memory, about. */
  cells(): number;
  /** Writes the rollups; the totals of threads are theirs to write. */
  settle(): void;
  reset(): void;
}

/** What of a call is in its row. */
type Counted = Omit<
  PreparedCall,
  'type' | 'key' | 'receivedAt' | 'amends' | 'mayAmend' | 'mayRepeat'
>;

interface Entry {
  readonly organismId: number;
  readonly seq: number;
  readonly event: Counted;
  /** -1 takes back what was entered. */
  readonly sign: 1 | -1;
}

/** Writes model calls to the ledger, the rollups and the totals of their threads. */
export function createUsageLedger(
  db: Connection,
  deps: { names: NameBook; agents: AgentProjection; threads: ThreadProjection },
): UsageLedger {
  const { names, agents, threads } = deps;
  const prices = createPriceBook(db);
  const rollups = createRollupWriter(db);
  const rows = createRowInserter(db, 'usage', ['seq', ...LEDGER_COLUMNS]);
  const update = db.prepare<[readonly (number | null)[]]>(
    `UPDATE usage SET ${LEDGER_COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE seq = ?`,
  );

  function addToThread({ organismId, seq, event, sign }: Entry, cost: number | null): number {
    if (event.threadId === null) return 0;
    const thread = threads.get(organismId, event.threadId);
    thread.totalTokens += sign * totalTokens(event.tokens);
    thread.costNanos += sign * (cost ?? 0);
    thread.unpricedRequests += cost === null ? sign : 0;
    if (sign < 0) return thread.id;
    thread.lastActivity = latest(thread.lastActivity, event.occurredAt);
    thread.firstUsageSeq = Math.min(thread.firstUsageSeq ?? seq, seq);
    thread.lastUsageSeq = Math.max(thread.lastUsageSeq ?? seq, seq);
    return thread.id;
  }

  function enter(entry: Entry): LedgerRow {
    const { organismId, event, sign } = entry;
    const cost = costOf(event);
    const thread = addToThread(entry, cost);
    const agent = agents.idOf(organismId, event.agent);
    const model = names.idOf(event.model);
    const provider = names.idOf(billedProvider(event.provider, event.billing ?? 'api'));
    const org = names.idOf(event.org);
    const { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning } = event.tokens;
    const row = [
      organismId,
      thread,
      agent,
      model,
      provider,
      org,
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
      event.listCostNanos ?? null,
    ];
    const sums = sumsOf(event, cost);
    rollups.add({
      organismId,
      occurredAt: event.occurredAt,
      ids: { thread, agent, model, provider, org },
      sums: sign > 0 ? sums : sums.map((sum) => -sum),
    });
    return row;
  }

  return {
    apply: (organismId, seq, event) => enter({ organismId, seq, event, sign: 1 }),
    store: (seq, row) => rows.add([seq, ...row]),
    amend(organismId, event) {
      const { amends, occurredAt } = event;
      const { seq, was } = amends;
      enter({ organismId, seq, event: { ...was, occurredAt }, sign: -1 });
      return enter({ organismId, seq, event, sign: 1 });
    },
    replace: (seq, row) => update.run([...row, seq]),
    flush: () => rows.flush(),
    cells: () => rollups.size(),
    settle: () => rollups.settle(),
    reset() {
      rows.reset();
      prices.reset();
      rollups.reset();
    },
  };
}

function costOf(event: Pick<Counted, 'costNanos' | 'reportedCostNanos'>) {
  return effectiveCostNanos({
    costNanos: event.costNanos ?? null,
    reportedCostNanos: event.reportedCostNanos,
  });
}

/** In the order of SUM_COLUMNS. */
function sumsOf(event: Counted, cost: number | null): number[] {
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
    event.listCostNanos ?? 0,
    isUnlisted(event) ? 1 : 0,
  ];
}

/** Whole microseconds, so that sums do not depend on their order; SQL rounds raw rows the same way. */
function latencyMicros(latencyMs: number): number {
  return Math.min(Math.floor(latencyMs * 1000 + 0.5), Number.MAX_SAFE_INTEGER);
}
