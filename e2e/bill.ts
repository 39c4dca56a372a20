import { expect } from './instrument.ts';
import type { Instrument, Running } from './launch.ts';

const DAY_MS = 86_400_000;

/** Four weeks that ended before yesterday: no live call changes them. */
export function closedRange(now = Date.now()): { first: string; last: string; token: string } {
  const first = dayOf(now - 30 * DAY_MS);
  const last = dayOf(now - 3 * DAY_MS);
  return { first, last, token: `${first}..${last}` };
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

export interface Summary {
  requestCount: number;
  totalTokens: number;
  totalCost: number;
  byModel: Record<string, { total_tokens: number; request_count: number }>;
}

/** The contract's bill of whole UTC days, from any server that speaks it. */
export async function readBill(
  { url }: Running,
  { first, last }: { first: string; last: string },
  org?: string,
): Promise<Summary> {
  const query = new URLSearchParams({
    start_time: `${first}T00:00:00Z`,
    end_time: `${last}T23:59:59.999999Z`,
    ...(org !== undefined && { org_id: org }),
  });
  const answer = await fetch(`${url}/api/v1/usage/billing?${query.toString()}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Summary;
}

/** Until the store has every call of the range that the organism itself tells of. */
export async function awaitHistory(instrument: Instrument, lab: Running): Promise<void> {
  const range = closedRange();
  const { requestCount, totalTokens } = await readBill(lab, range);
  expect(requestCount).toBeGreaterThan(1000);
  await expect
    .poll(async () => readBill(instrument, range), { timeout: 60_000 })
    .toMatchObject({ requestCount, totalTokens });
}

/** Sums a decimal column of a CSV file to the nano. */
export function sumColumn(csv: string, column: string): bigint {
  const [head = [], ...records] = csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  const place = head.indexOf(column);
  expect(place).toBeGreaterThanOrEqual(0);
  return records.reduce((sum, record) => sum + toNanos(record[place] ?? ''), 0n);
}

export function toNanos(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}
