import Database from 'better-sqlite3';
import pino from 'pino';

import { storeFiles } from '#db/sqlite/store-files.ts';
import { createSqliteStore } from '#db/sqlite/store.ts';
import type { Store } from '#db/store.ts';
import { formatInstant } from '#organism/instant.ts';
import type { UsageSum } from '#organism/usage-sum.ts';

import { withCleanup } from '../cleanup.ts';
import type { Control, Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { ORGANISM } from '../ingest-kit.ts';
import { startApi } from '../program.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import { timeRounds } from '../stopwatch.ts';
import type { UsageYear } from '../usage-year.ts';

/** A zone with two clock changes a year: its days are not whole UTC days. */
const ZONE = 'Europe/Berlin';

/** What a page of usage or a bill waits for, at a year of model calls. */
export const section: BenchSection = {
  title: 'Daily usage and bills over a year',
  minutes: 3,
  measure,
};

async function measure({ rounds, usageYear }: BenchContext): Promise<Measured> {
  const year = await usageYear();
  const scan = await scanLedger(rounds, year);
  const figures = [
    ...(await timeStore(rounds, year, scan)),
    ...(await timeHttp(rounds, year, scan)),
  ];
  return {
    figures: [
      ...figures,
      { name: scan.year.name, unit: 'ms', rounds: scan.yearRounds },
      { name: scan.month.name, unit: 'ms', rounds: scan.monthRounds },
      { name: 'ingest of these rows, two sources at a time', unit: 'rows/s', rounds: [year.rate] },
    ],
    notes: [
      `${year.rows.toLocaleString('en-US')} usage rows over 365 days.`,
      'The scan adds up the ledger’s rows with one SQL statement; its requests and nano-dollars were equal to ours.',
    ],
  };
}

interface Scan {
  readonly year: Control;
  readonly month: Control;
  readonly yearRounds: readonly number[];
  readonly monthRounds: readonly number[];
  readonly yearTotal: Total;
  readonly monthTotal: Total;
}
interface Total {
  readonly requests: number;
  readonly costNanos: number;
}

const SUMS = `count(*) AS requests, sum(input_fresh + cache_read + cache_write + output_visible
  + reasoning) AS tokens, sum(coalesce(cost_nanos, reported_cost_nanos, 0)) AS costNanos`;

async function scanLedger(rounds: number, year: UsageYear): Promise<Scan> {
  const db = new Database(storeFiles(year.dataDir).database, { readonly: true });
  const scan = (groupBy: string) =>
    db.prepare<[number, number], Total>(
      `SELECT ${SUMS} FROM usage WHERE occurred_at >= ? AND occurred_at < ? GROUP BY ${groupBy}`,
    );
  const days = scan('CAST(occurred_at / 86400000 AS INTEGER)');
  const groups = scan('model_id, agent_id');
  const ofYear = await timeRounds(rounds, () => addUp(days.all(year.from, year.to)));
  const { from, to } = year.month;
  const ofMonth = await timeRounds(rounds, () => addUp(groups.all(from, to)));
  db.close();
  return {
    year: { name: 'scan, days', value: median(ofYear.rounds) },
    month: { name: 'scan, month', value: median(ofMonth.rounds) },
    yearRounds: ofYear.rounds,
    monthRounds: ofMonth.rounds,
    yearTotal: ofYear.result,
    monthTotal: ofMonth.result,
  };
}

function timeStore(rounds: number, year: UsageYear, scan: Scan): Promise<Figure[]> {
  return withCleanup(async (defer) => {
    const log = pino({ level: 'error' });
    const store: Store = await createSqliteStore({ dataDir: year.dataDir, log });
    defer(() => store.close());
    const { from, to } = year;
    const range = { organismId: ORGANISM, from, to };
    const utc = await timeRounds(rounds, () => store.dailyUsage({ ...range, timezone: 'UTC' }));
    expectTotal(sumOf(utc.result), scan.yearTotal, 'daily usage');
    const byModel = await timeRounds(rounds, () =>
      store.dailyUsage({ ...range, timezone: ZONE, groupBy: 'model' }),
    );
    expectTotal(sumOf(byModel.result), scan.yearTotal, `daily usage in ${ZONE}`);
    const bill = await timeRounds(rounds, () =>
      store.sumUsage({ organismId: ORGANISM, ...year.month, groupBy: ['model', 'agent'] }),
    );
    expectTotal(sumOf(bill.result), scan.monthTotal, 'the bill');
    return [
      toFigure('store: 365 days, UTC', utc.rounds, scan.year),
      toFigure(`store: 365 days by model, ${ZONE}`, byModel.rounds, scan.year),
      toFigure('store: one month by model and agent', bill.rounds, scan.month),
    ];
  });
}

function timeHttp(rounds: number, year: UsageYear, scan: Scan): Promise<Figure[]> {
  return withCleanup(async (defer) => {
    const server = await startApi(['--data', year.dataDir]);
    defer(server.stop);
    const read = (path: string, range: { from: number; to: number }, more = {}) =>
      timeRounds(rounds, async () => {
        const query = new URLSearchParams({
          organism: ORGANISM,
          start_time: formatInstant(range.from),
          // The contract's end is inclusive; no row of ours lies on its last millisecond's edge.
          end_time: formatInstant(range.to - 0.001),
          ...more,
        });
        const response = await fetch(`${server.url}${path}?${query}`);
        const text = await response.text();
        if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
        return text;
      });
    const utc = await read('/api/v1/usage/daily', year);
    const byModel = await read('/api/v1/usage/daily', year, { timezone: ZONE, group_by: 'model' });
    const bill = await read('/api/v1/usage/billing', year.month);
    const { requestCount, totalCostNanos } = JSON.parse(bill.result) as Record<string, number>;
    const billed = { requests: requestCount ?? 0, costNanos: totalCostNanos ?? 0 };
    expectTotal(billed, scan.monthTotal, 'the bill over HTTP');
    const csv = await read('/api/v1/exports/billing', year.month, { format: 'csv' });
    return [
      toFigure('HTTP: 365 days, UTC', utc.rounds, scan.year),
      toFigure(`HTTP: 365 days by model, ${ZONE}`, byModel.rounds, scan.year),
      toFigure('HTTP: one month by model and agent', bill.rounds, scan.month),
      toFigure('HTTP: one month as CSV', csv.rounds, scan.month),
    ];
  });
}

function toFigure(name: string, rounds: readonly number[], control: Control): Figure {
  return { name, unit: 'ms', rounds, control };
}

function addUp(rows: readonly Total[]): Total {
  return rows.reduce(
    (sum, row) => ({
      requests: sum.requests + row.requests,
      costNanos: sum.costNanos + row.costNanos,
    }),
    { requests: 0, costNanos: 0 },
  );
}

function sumOf(rows: readonly { readonly sum: UsageSum }[]): Total {
  return addUp(rows.map(({ sum }) => sum));
}

/** A fast wrong sum is no result. */
function expectTotal(actual: Total, expected: Total, what: string): void {
  if (actual.requests === expected.requests && actual.costNanos === expected.costNanos) return;
  const [is, should] = [actual, expected].map((total) => JSON.stringify(total));
  throw new Error(`${what} is wrong: ${is}, the scan says ${should}`);
}
