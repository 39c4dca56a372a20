import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';
import { formatInstant } from '#organism/instant.ts';

import { getJson } from '../../bench/rest.ts';
import type { LivePosition } from '../kit/live-reader.ts';
import { createLiveReader } from '../kit/live-reader.ts';
import type { ModelEvent, Oracle, Totals } from './oracle.ts';
import { totalsOf } from './oracle.ts';
import type { World } from './world.ts';

/** Where days are cut elsewhere than the store's buckets are. */
const ZONES = ['UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Kiritimati'];

/** Reads the same figures in every way there is. @throws Error naming those that differ from the oracle */
export async function checkAgreement(world: World, oracle: Oracle): Promise<void> {
  const url = await world.victim.url();
  const expected = totalsOf(oracle.events);
  if (oracle.batches.length === 0) return;
  compare('REST', await readRest(url, world.name), expected);
  const zone = ZONES[oracle.events.length % ZONES.length] ?? 'UTC';
  const { messages: _, ...bill } = expected;
  compare(`days in ${zone}`, await readDays(url, world.name, zone), bill);
  compare(`CSV in ${zone}`, await readCsv(url, world.name, zone), bill);
  compare('SQL', readSql(world), expected);
  const replayed = await readReplay(world, url);
  compare('replay', totalsOf(replayed), expected);
  compare(
    'order of the replay',
    replayed.map(({ key }) => key),
    oracle.events.map(({ key }) => key),
  );
  await checkCounts(url, world.name, oracle);
}

/** The bill of a range whose ends, both inclusive, are instants of events. @throws Error as above */
export async function checkRange(
  world: World,
  oracle: Oracle,
  [from, to]: readonly [number, number],
): Promise<void> {
  const within = oracle.events.filter(({ occurredAt }) => occurredAt >= from && occurredAt <= to);
  const { messages: _, ...expected } = totalsOf(within);
  const range = `start_time=${formatInstant(from)}&end_time=${formatInstant(to)}`;
  const url = await world.victim.url();
  const bill = await getJson(`${url}/api/v1/usage/billing?organism=${world.name}&${range}`);
  compare(`bill of ${range}`, toTotals(bill), expected);
}

/** @throws Error with both, where they differ */
export function compare(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
}

type Bill = Omit<Totals, 'messages'>;

async function readRest(url: string, organism: string): Promise<Totals> {
  const bill = await getJson(`${url}/api/v1/usage/billing?organism=${organism}`);
  const messages = await getJson(`${url}/api/v1/messages?organism=${organism}&limit=1`);
  const history = await getJson(`${url}/api/v1/usage/history?organism=${organism}&limit=1`);
  const { calls, ...rest } = toTotals(bill);
  compare('history beside the bill', history['total'], calls);
  return { calls, messages: Number(messages['total']), ...rest };
}

async function readDays(url: string, organism: string, zone: string): Promise<Bill> {
  const body = await getJson(
    `${url}/api/v1/usage/daily?organism=${organism}&timezone=${zone}&group_by=agent`,
  );
  const days = (body['days'] as Record<string, unknown>[]).map(toTotals);
  return days.reduce(addBills, NO_BILL);
}

async function readCsv(url: string, organism: string, zone: string): Promise<Bill> {
  const response = await fetch(
    `${url}/api/v1/exports/billing?organism=${organism}&timezone=${zone}`,
  );
  const [header = '', ...lines] = (await response.text()).trim().split('\r\n');
  const column = (name: string): number => header.split(',').indexOf(name);
  const rows = lines.map((line) => line.split(','));
  return rows
    .map((cells) => ({
      calls: Number(cells[column('requests')]),
      costNanos: toNanos(cells[column('cost_usd')] ?? ''),
      unpricedCalls: Number(cells[column('unpriced_requests')]),
    }))
    .reduce(addBills, NO_BILL);
}

function readSql({ victim, name }: World): Totals {
  const db = new Database(storeFiles(victim.dataDir).database, { readonly: true });
  try {
    const organism = '(SELECT id FROM organisms WHERE name = ?)';
    const read = (sql: string): number => db.prepare<[string], number>(sql).pluck().get(name) ?? 0;
    const usage = `FROM usage WHERE organism_id = ${organism}`;
    return {
      calls: read(`SELECT count(*) ${usage}`),
      messages: read(`SELECT count(*) FROM messages WHERE organism_id = ${organism}`),
      costNanos: read(
        `SELECT coalesce(sum(coalesce(cost_nanos, reported_cost_nanos)), 0) ${usage}`,
      ),
      unpricedCalls: read(
        `SELECT count(*) ${usage} AND cost_nanos IS NULL AND reported_cost_nanos IS NULL`,
      ),
    };
  } finally {
    db.close();
  }
}

/** Everything since the run began, as a browser that comes back gets it. */
async function readReplay(world: World, url: string): Promise<ModelEvent[]> {
  const probe = createLiveReader(world.name);
  await probe.open(url);
  await probe.reach(world.lastSeq);
  probe.close();
  const from: LivePosition = { epoch: probe.position?.epoch ?? '', since: world.startSeq };
  const reader = createLiveReader(world.name, from);
  await reader.open(url);
  await reader.reach(world.lastSeq);
  reader.close();
  compare('resets of the replay', reader.resets, []);
  return toModelEvents(reader.events);
}

async function checkCounts(url: string, name: string, oracle: Oracle): Promise<void> {
  const { sources } = (await getJson(`${url}/api/v1/sources`)) as {
    sources: { name: string; counts: Record<string, number> }[];
  };
  const counts = sources.find((source) => source.name === name)?.counts ?? {};
  const { received = 0, accepted = 0, duplicate = 0, rejected = 0 } = counts;
  compare('accepted', accepted, oracle.answered.accepted);
  compare('received', received, accepted + duplicate + rejected);
  const isCounted = duplicate >= oracle.answered.duplicate && rejected >= oracle.answered.rejected;
  compare('duplicate and rejected at least as answered', isCounted, true);
}

export function toModelEvents(events: readonly { readonly type: string }[]): ModelEvent[] {
  return events.filter(
    (event): event is ModelEvent => event.type === 'usage' || event.type === 'message',
  );
}

const NO_BILL: Bill = { calls: 0, costNanos: 0, unpricedCalls: 0 };

function addBills(a: Bill, b: Bill): Bill {
  return {
    calls: a.calls + b.calls,
    costNanos: a.costNanos + b.costNanos,
    unpricedCalls: a.unpricedCalls + b.unpricedCalls,
  };
}

function toTotals(body: Record<string, unknown>): Bill {
  return {
    calls: Number(body['requestCount']),
    costNanos: Number(body['totalCostNanos']),
    unpricedCalls: Number(body['unpricedRequests']),
  };
}

/** `1.000000003` to 1,000,000,003, exactly. */
function toNanos(text: string): number {
  const [dollars = '', fraction = ''] = text.split('.');
  return Number(dollars) * 1e9 + Number(fraction.padEnd(9, '0'));
}
