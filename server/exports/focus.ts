import type { Store, UsageQuery } from '#db/store.ts';
import { DAY_MS } from '#organism/durations.ts';
import type { CalendarDay } from '#organism/utc-days.ts';

import type { Cell } from './csv.ts';
import { toCell, toCsv } from './csv.ts';
import { fileName, rangeNames } from './file-name.ts';
import { FOCUS_COLUMNS, FOCUS_COLUMN_NAMES, FOCUS_VERSION } from './focus-columns.ts';
import type { FocusRow } from './focus-rows.ts';
import { rowsOfDay } from './focus-rows.ts';

/** What the file is of: its range is half-open, an absent filter is all. */
export type FocusScope = Omit<UsageQuery, 'organismId' | 'threadId'> & {
  readonly organismId: string;
};

/** Rows turned into text at a time. */
const CHUNK_ROWS = 500;

/**
 * The bill in the columns of FOCUS: a row for each UTC day, agent, model and token class, or whatever
 * else has a price of its own. One day after the other is read, so that a year takes no more memory
 * than its busiest day. See `docs/exports.md`.
 */
export async function* focusCsv(
  store: Pick<Store, 'dailyUsage' | 'listCharges'>,
  scope: FocusScope,
): AsyncGenerator<string> {
  yield toCsv([FOCUS_COLUMN_NAMES]);
  const days = await store.dailyUsage({ ...scope, timezone: 'UTC' });
  for (const [index, { date }] of days.entries()) {
    const day = dayOf(date);
    // What lies beyond the calendar counts to its first and last day, as it does in the bill.
    const charges = await store.listCharges({
      ...scope,
      from: index === 0 ? scope.from : later(scope.from, day.from),
      to: index === days.length - 1 ? scope.to : earlier(scope.to, day.to),
    });
    const rows = rowsOfDay(charges, day, scope.organismId).sort(byResource);
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      yield toCsv(rows.slice(start, start + CHUNK_ROWS).map(toCells));
    }
  }
}

/** Names the scope, so that a saved file still says what it is. */
export function focusFileName({ organismId, from, to, ...filters }: FocusScope): string {
  const { org, agent, model, provider, billing } = filters;
  const names = [org, agent, model, provider, billing].filter((name) => name !== undefined);
  const range = rangeNames({ from: from ?? null, to: to ?? null });
  return fileName([`focus-${FOCUS_VERSION}`, organismId, ...names, ...range], 'csv');
}

function dayOf(date: string): CalendarDay {
  const from = Date.parse(`${date}T00:00:00Z`);
  return { date, from, to: from + DAY_MS };
}

function later(a: number | undefined, b: number): number {
  return Math.max(a ?? -Infinity, b);
}

function earlier(a: number | undefined, b: number): number {
  return Math.min(a ?? Infinity, b);
}

function toCells(row: FocusRow): Cell[] {
  return FOCUS_COLUMN_NAMES.map((name) =>
    FOCUS_COLUMNS[name].type === 'Decimal' ? row[name] : toCell(row[name]),
  );
}

function byResource(a: FocusRow, b: FocusRow): number {
  const key = ({ ResourceId, SkuPriceId }: FocusRow) => `${ResourceId ?? ''}\n${SkuPriceId ?? ''}`;
  return key(a) < key(b) ? -1 : 1;
}
