import { DAY_MS } from '#organism/durations.ts';

import type { Defer } from './cleanup.ts';
import { makeTempDir } from './cleanup.ts';
import { openIngest } from './ingest-kit.ts';
import { createUsageDays } from './lab-drafts.ts';

const YEAR_DAYS = 365;

/** A year of model calls in a store of its own, put there by the real append path. */
export interface UsageYear {
  readonly dataDir: string;
  readonly rows: number;
  /** Rows per second over all of them, two sources at a time. */
  readonly rate: number;
  /** Epoch milliseconds, half-open: YEAR_DAYS whole UTC days. */
  readonly from: number;
  readonly to: number;
  /** The last whole calendar month in it. */
  readonly month: { readonly from: number; readonly to: number };
}

/** @param rows about how many; the lab’s days differ in length */
export async function createUsageYear(defer: Defer, rows: number): Promise<UsageYear> {
  const dataDir = makeTempDir(defer);
  const today = new Date();
  const to = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  const kit = await openIngest(dataDir);
  let stored = 0;
  let busyMs = 0;
  const days = createUsageDays(YEAR_DAYS, rows, to);
  for (const day of days) {
    const next = days.next();
    const pair = next.done === true ? [day] : [day, next.value];
    const startedAt = performance.now();
    await Promise.all(pair.map((drafts) => kit.deliver(drafts)));
    busyMs += performance.now() - startedAt;
    stored += pair.flat().length;
  }
  await kit.close();
  return {
    dataDir,
    rows: stored,
    rate: (stored / busyMs) * 1000,
    from: to - YEAR_DAYS * DAY_MS,
    to,
    month: {
      from: Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1),
      to: Date.UTC(today.getUTCFullYear(), today.getUTCMonth()),
    },
  };
}
