import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import type { UsageDimension } from '#db/store.ts';

import { addSqlFunctions } from './sql-functions.ts';
import { storeFiles } from './store-files.ts';
import { NOON, PRICE, makeBatch, makeDataDir, makeUsage, openTestStore } from './store-fixtures.ts';

const DAY_MS = 86_400_000;
const LIST = { ...PRICE, source: 'subscription' };
/** What the calls' tokens cost at those units. */
const LIST_NANOS = 992_250;
const NO_LIST = {
  ...LIST,
  version: '',
  unitNanos: { inputFresh: 0, cacheRead: 0, cacheWrite: 0, outputVisible: 0, reasoning: 0 },
};

/** Covered calls among others, as they are written now, or as they were: like the API's, at 0. */
function makeEvents(isBefore: boolean) {
  return Array.from({ length: 60 }, (_, n) => {
    const place = {
      occurredAt: NOON + (n % 7) * DAY_MS * 1.3,
      receivedAt: NOON + (n % 7) * DAY_MS * 1.3,
      agent: `agent-${n % 3}`,
      model: `model-${n % 2}`,
      threadId: `thread-${n % 4}`,
      org: n % 5 === 0 ? null : 'acme',
      provider: n % 11 === 0 ? '' : 'anthropic',
      latencyMs: n % 3 === 0 ? null : n,
    };
    if (n % 3 !== 0) return makeUsage(`u${n}`, place);
    const isListed = n % 2 === 0;
    if (isBefore) {
      return makeUsage(`u${n}`, { ...place, costNanos: 0, price: isListed ? LIST : NO_LIST });
    }
    return makeUsage(`u${n}`, {
      ...place,
      costNanos: 0,
      billing: 'subscription',
      price: isListed ? LIST : null,
      listCostNanos: isListed ? LIST_NANOS : null,
    });
  });
}

async function makeStore(isBefore: boolean): Promise<string> {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  await store.append(makeBatch(makeEvents(isBefore)));
  await store.sumUsage({ groupBy: [] });
  await store.close();
  return dataDir;
}

/** The writer of then told who pays in the journal only. */
function makeOld(dataDir: string): void {
  const db = new Database(storeFiles(dataDir).database);
  addSqlFunctions(db);
  db.exec(`UPDATE journal SET body = json_set(body, '$.billing', 'subscription') WHERE seq IN
      (SELECT seq FROM usage JOIN prices ON id = price_id WHERE source = 'subscription');
    UPDATE journal SET row_check = (SELECT row_check(j.seq, j.source_id, j.organism_id, j.type,
        j.key, j.occurred_at, j.received_at, j.body, j.catalogue_id, u.organism_id, u.thread_id,
        u.agent_id, u.model_id, u.provider_id, u.org_id, u.user_id, u.occurred_at, u.input_fresh,
        u.cache_read, u.cache_write, u.output_visible, u.reasoning, u.latency_ms,
        u.reported_cost_nanos, u.cost_nanos, u.price_id, u.covered_cost_nanos)
      FROM journal j JOIN usage u ON u.seq = j.seq WHERE j.seq = journal.seq);
    DELETE FROM __drizzle_migrations WHERE created_at =
      (SELECT max(created_at) FROM __drizzle_migrations);`);
  db.close();
}

const GROUPINGS: readonly (readonly UsageDimension[])[] = [
  [],
  ['billing'],
  ['org'],
  ['agent'],
  ['model', 'billing'],
  ['thread', 'billing'],
  ['org', 'agent', 'model', 'provider', 'billing'],
];

test('calls that were covered before that was told apart are covered', async () => {
  const oldDir = await makeStore(true);
  makeOld(oldDir);
  const migrated = await openTestStore({ dataDir: oldDir });
  const written = await openTestStore({ dataDir: await makeStore(false) });
  const range = { from: NOON + 1.5 * DAY_MS, to: NOON + 8 * DAY_MS };
  for (const store of [migrated, written]) {
    // Reading through both keeps the comparison below one of values, not of orders.
    expect(await store.lastSeq()).toBe(60);
  }
  for (const scope of [{}, range, { billing: 'subscription' as const }]) {
    for (const groupBy of GROUPINGS) {
      expect(await migrated.sumUsage({ ...scope, groupBy })).toEqual(
        await written.sumUsage({ ...scope, groupBy }),
      );
    }
    for (const groupBy of ['billing', 'agent', 'org', 'model'] as const) {
      const query = { ...scope, timezone: 'Asia/Kathmandu', groupBy };
      expect(await migrated.dailyUsage(query)).toEqual(await written.dailyUsage(query));
    }
  }
  const covered = await migrated.sumUsage({ billing: 'subscription', groupBy: [] });
  expect(covered[0]?.sum).toMatchObject({
    requests: 20,
    costNanos: 0,
    coveredCostNanos: 10 * LIST_NANOS,
    coveredUnlisted: 10,
  });
  const all = { since: 0, limit: 100 };
  expect(await migrated.readEvents(all)).toEqual(await written.readEvents(all));
  expect(await migrated.verifyRows(all)).toMatchObject({ checked: 60, damaged: [] });
  // The same calls again are known.
  expect(await migrated.append(makeBatch(makeEvents(false)))).toMatchObject({ duplicate: 60 });
});
