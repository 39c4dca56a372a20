import type { LabFaults } from './faults.ts';
import type { ModelCall } from './models.ts';
import type { LabClock } from './wire-time.ts';

/** A stored call: what `/usage/history` shows. */
export interface UsageRow extends ModelCall {
  readonly id: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Sums since the process began or was reset. */
export interface UsageSum {
  promptTokens: number;
  completionTokens: number;
  requestCount: number;
  totalCost: number;
  latencyMs: number;
}

export interface UsageLedger {
  /** @returns the moment the call was booked, epoch milliseconds */
  record(call: ModelCall): number;
  /** Takes past rows, oldest first, before anything live. */
  prefill(rows: readonly Omit<UsageRow, 'id'>[]): void;
  /** Rows readable now, oldest first. Reading starts the recorded server's store. */
  stored(): readonly UsageRow[];
  totals(): UsageSum;
  byAgent(): ReadonlyMap<string, UsageSum>;
  byModel(): ReadonlyMap<string, UsageSum>;
  reset(): void;
  /** A new life of the process: sums gone, stored rows kept. */
  restart(): void;
  /** Calls seen, rows stored and rows pushed out, since the ledger was made. */
  counts(): { calls: number; stored: number; dropped: number };
}

/** Enough for a year of 2,700 calls a day; the oldest tenth goes when it is full. */
const MAX_ROWS = 1_000_000;
/** How long the recorded server took to write a call. */
const WRITE_LAG_MS = 1_000;

export interface UsageLedgerDeps {
  readonly faults: LabFaults;
  readonly clock: LabClock;
  /**
   * `sequential` counts 1, 2, 3. `clock` takes ids from the time, so that a lab started again
   * with the same seed goes on upwards, as a server with a kept database would.
   */
  readonly ids: 'sequential' | 'clock';
}

export function createUsageLedger({ faults, clock, ids }: UsageLedgerDeps): UsageLedger {
  const rows: UsageRow[] = [];
  let pending: UsageRow[] = [];
  let lastId = 0;
  let hasReader = false;
  let wasReset = false;
  let totals = emptySum();
  const byAgent = new Map<string, UsageSum>();
  const byModel = new Map<string, UsageSum>();
  const counts = { calls: 0, stored: 0, dropped: 0 };

  function store(call: ModelCall, at: number): void {
    lastId = ids === 'clock' ? Math.max(lastId + 1, Math.floor(at)) : lastId + 1;
    const row = { id: lastId, at, ...call };
    counts.stored += 1;
    if (faults.has('usage-stored-late')) pending.push(row);
    else rows.push(row);
    if (rows.length > MAX_ROWS) {
      const dropped = rows.splice(0, MAX_ROWS / 10);
      counts.dropped += dropped.length;
    }
  }

  function settlePending(): void {
    if (pending.length === 0) return;
    const written = faults.has('usage-stored-late') ? clock() - WRITE_LAG_MS : Infinity;
    const waiting = pending.findIndex((row) => row.at > written);
    const ready = waiting === -1 ? pending : pending.slice(0, waiting);
    pending = waiting === -1 ? [] : pending.slice(waiting);
    for (const row of ready) rows.push(row);
  }

  function clearSums(): void {
    totals = emptySum();
    byAgent.clear();
    byModel.clear();
  }

  return {
    record(call) {
      const at = clock();
      counts.calls += 1;
      addCall(totals, call);
      if (call.agentId !== null) addCall(sumOf(byAgent, call.agentId), call);
      addCall(sumOf(byModel, call.model), call);
      settlePending();
      const isLost = faults.has('usage-stored-late') && (!hasReader || wasReset);
      if (!isLost) store(call, at);
      return at;
    },
    prefill(past) {
      for (const { at, ...call } of past) {
        lastId = ids === 'clock' ? Math.max(lastId + 1, Math.floor(at)) : lastId + 1;
        rows.push({ id: lastId, at, ...call });
      }
      counts.stored += past.length;
    },
    stored() {
      hasReader = true;
      settlePending();
      return rows;
    },
    totals: () => totals,
    byAgent: () => byAgent,
    byModel: () => byModel,
    reset() {
      clearSums();
      wasReset = true;
    },
    restart() {
      clearSums();
      hasReader = false;
      wasReset = false;
    },
    counts: () => ({ ...counts }),
  };
}

export function emptySum(): UsageSum {
  return { promptTokens: 0, completionTokens: 0, requestCount: 0, totalCost: 0, latencyMs: 0 };
}

export function addCall(sum: UsageSum, call: ModelCall): void {
  sum.promptTokens += call.promptTokens;
  sum.completionTokens += call.completionTokens;
  sum.requestCount += 1;
  sum.totalCost += call.estimatedCost ?? 0;
  sum.latencyMs += call.latencyMs;
}

/** The sum kept under a key, made when it is the first. */
export function sumOf(sums: Map<string, UsageSum>, key: string): UsageSum {
  let sum = sums.get(key);
  if (sum === undefined) {
    sum = emptySum();
    sums.set(key, sum);
  }
  return sum;
}
