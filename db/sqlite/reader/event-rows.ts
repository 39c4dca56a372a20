import { StoreError } from '#db/store.ts';
import type { JournalEvent } from '#organism/event.ts';
import { isRecord } from '#organism/record.ts';

import { providerOf } from '../billed-provider.ts';
import { EVENT_CODES, eventTypeOf } from '../event-codes.ts';
import { originalKey } from '../stored-text.ts';
import type { Lookups } from './lookups.ts';

/** Selects what `toEvent` reads; goes with `FROM journal j` and USAGE_JOIN. */
export const EVENT_COLUMNS = `j.seq, j.source_id AS sourceId, j.organism_id AS organismId, j.type,
  j.key, j.occurred_at AS occurredAt, j.received_at AS receivedAt, j.body,
  u.thread_id AS threadId, u.agent_id AS agentId, u.model_id AS modelId,
  u.provider_id AS providerId, u.org_id AS orgId, u.user_id AS userId,
  u.input_fresh AS inputFresh, u.cache_read AS cacheRead, u.cache_write AS cacheWrite,
  u.output_visible AS outputVisible, u.reasoning, u.latency_ms AS latencyMs,
  u.reported_cost_nanos AS reportedCostNanos, u.cost_nanos AS costNanos, u.price_id AS priceId`;
export const USAGE_JOIN = 'LEFT JOIN usage u ON u.seq = j.seq';

export interface EventRow {
  readonly seq: number;
  readonly sourceId: number;
  readonly organismId: number;
  readonly type: number;
  readonly key: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly body: string;
  /** The ledger's part: all null unless the event is a model call. */
  readonly threadId: number | null;
  readonly agentId: number | null;
  readonly modelId: number | null;
  readonly providerId: number | null;
  readonly orgId: number | null;
  readonly userId: number | null;
  readonly inputFresh: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  readonly outputVisible: number | null;
  readonly reasoning: number | null;
  readonly latencyMs: number | null;
  readonly reportedCostNanos: number | null;
  readonly costNanos: number | null;
  readonly priceId: number | null;
}

/** The one way from a row back to the event it was made of. */
export function toEvent(row: EventRow, lookups: Lookups): JournalEvent {
  const body: unknown = JSON.parse(row.body);
  const facts = isRecord(body) ? body : {};
  const { told } = facts;
  if (told === undefined) return eventOf(row, { ...facts, ...ledgerFields(row, lookups) }, lookups);
  const { mayRepeat, mayAmend } = facts;
  return eventOf(row, { ...Object(told), mayRepeat, mayAmend }, lookups);
}

/** The same of a call as it is known by now, whatever it was first told by. */
export function toNewestEvent(row: EventRow, lookups: Lookups): JournalEvent {
  const body: unknown = JSON.parse(row.body);
  const { told: _told, ...facts } = isRecord(body) ? body : {};
  return eventOf(row, { ...facts, ...ledgerFields(row, lookups) }, lookups);
}

function ledgerFields(row: EventRow, lookups: Lookups): Record<string, unknown> {
  return row.type === EVENT_CODES.usage ? usageFields(row, lookups) : {};
}

function eventOf(row: EventRow, fields: Record<string, unknown>, lookups: Lookups): JournalEvent {
  const event: unknown = {
    ...fields,
    type: eventTypeOf(row.type),
    key: originalKey(row.key),
    occurredAt: row.occurredAt,
    receivedAt: row.receivedAt,
    seq: row.seq,
    organismId: lookups.nameOf('organisms', row.organismId),
    source: lookups.nameOf('sources', row.sourceId),
  };
  if (isJournalEvent(event)) return event;
  throw new StoreError('corrupt', `The event at position ${row.seq} cannot be read back`);
}

function usageFields(row: EventRow, lookups: Lookups): Record<string, unknown> {
  return {
    threadId: lookups.nameOf('threads', row.threadId ?? 0),
    agent: lookups.nameOf('agents', row.agentId ?? 0),
    model: lookups.nameOf('names', row.modelId ?? 0),
    provider: providerOf(lookups.nameOf('names', row.providerId ?? 0) ?? ''),
    org: lookups.nameOf('names', row.orgId ?? 0),
    user: lookups.nameOf('names', row.userId ?? 0),
    tokens: {
      inputFresh: row.inputFresh,
      cacheRead: row.cacheRead,
      cacheWrite: row.cacheWrite,
      outputVisible: row.outputVisible,
      reasoning: row.reasoning,
    },
    latencyMs: row.latencyMs,
    reportedCostNanos: row.reportedCostNanos,
    costNanos: row.costNanos,
    price: row.priceId === null ? null : lookups.priceOf(row.priceId),
  };
}

/** Rows were validated before they were written: identity is checked here, not every field. */
function isJournalEvent(value: unknown): value is JournalEvent {
  return isRecord(value) && typeof value['source'] === 'string' && typeof value['seq'] === 'number';
}
