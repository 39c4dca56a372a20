import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import type { AppendBatch, PreparedEvent, Reject } from '#db/store.ts';
import type { AppliedPrice, DraftOf } from '#organism/event.ts';

import type { SqliteStore, SqliteStoreOptions } from './store.ts';
import { createSqliteStore } from './store.ts';

/** What the store's tests share: real files in a directory of their own, and events to put there. */

/** 2026-03-01 12:00 UTC, a whole quarter hour. */
export const NOON = Date.UTC(2026, 2, 1, 12);

export const SILENT_LOG: SqliteStoreOptions['log'] = {
  info: () => {},
  warn: () => {},
  error: () => {},
};

export async function makeDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'organoscope-store-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

export async function openTestStore(
  options: Partial<SqliteStoreOptions> = {},
): Promise<SqliteStore> {
  const dataDir = options.dataDir ?? (await makeDataDir());
  const store = await createSqliteStore({
    log: SILENT_LOG,
    readers: 1,
    ...options,
    dataDir,
  });
  onTestFinished(() => store.close());
  return store;
}

export function makeBatch(
  events: readonly PreparedEvent[],
  more: Partial<AppendBatch> = {},
): AppendBatch {
  return {
    source: 'lab',
    organismId: 'garden',
    events,
    rejects: [],
    catalogueVersion: '1',
    ...more,
  };
}

export const PRICE: AppliedPrice = {
  source: 'genai-prices',
  version: '2026-03',
  provider: 'anthropic',
  model: 'claude-sonnet',
  unitNanos: {
    inputFresh: 3_000_000_000,
    cacheRead: 300_000_000,
    cacheWrite: 3_750_000_000,
    outputVisible: 15_000_000_000,
    reasoning: 15_000_000_000,
  },
};

type Prepared<T extends PreparedEvent['type']> = Extract<PreparedEvent, { type: T }>;

export function makeUsage(key: string, more: Partial<Prepared<'usage'>> = {}): Prepared<'usage'> {
  return {
    type: 'usage',
    key,
    occurredAt: NOON,
    receivedAt: NOON + 5,
    id: key,
    threadId: 'thread-1',
    agent: 'greeter',
    model: 'claude-sonnet',
    provider: 'anthropic',
    org: 'acme',
    user: null,
    tokens: { inputFresh: 100, cacheRead: 20, cacheWrite: 3, outputVisible: 40, reasoning: 5 },
    latencyMs: 812.5,
    reportedCostNanos: null,
    costNanos: 1_234_567,
    price: PRICE,
    ...more,
  };
}

export function makeMessage(
  key: string,
  more: Partial<DraftOf<'message'>> = {},
): Prepared<'message'> {
  return {
    type: 'message',
    key,
    occurredAt: NOON,
    receivedAt: NOON + 5,
    id: key,
    threadId: 'thread-1',
    from: 'greeter',
    to: 'shouter',
    payloadType: 'Greeting',
    payload: { text: `hello from ${key}` },
    ...more,
  };
}

export function makeReject(more: Partial<Reject> = {}): Reject {
  return {
    reason: 'invalid-event',
    detail: 'tokens.inputFresh of source "lab": expected an integer from 0',
    sample: '{"tokens":-1}',
    receivedAt: NOON,
    ...more,
  };
}
