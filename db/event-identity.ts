import { isRecord } from '#organism/record.ts';

import type { PreparedEvent } from './store.ts';

/** Ours, or read since some build only: they may differ between two readings of one event. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'seq',
  'organismId',
  'source',
  'receivedAt',
  'costNanos',
  'price',
  'listCostNanos',
  'cacheWrite1h',
  'mayAmend',
]);

/**
 * Tells a resend from another event with the same key. Names that differ only in lone surrogates
 * are one name to the store, and so they are here. What other wires may tell in other words is the
 * same whatever it says.
 */
export function isSameEvent(first: PreparedEvent, second: PreparedEvent): boolean {
  if (first.mayRepeat === true || second.mayRepeat === true) return true;
  const [one, other] = [first, second].map((event) => canonicalOf(event, OWN_FIELDS));
  return one === other || one?.toWellFormed() === other?.toWellFormed();
}

/**
 * One text per JSON value, whatever the order of its keys. Lengths in front instead of quotes and
 * escapes keep it unambiguous at half the price of JSON with sorted keys.
 */
function canonicalOf(value: unknown, leftOut: ReadonlySet<string> | null): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (Array.isArray(value)) return canonicalArray(value);
  if (isRecord(value)) return canonicalRecord(value, leftOut);
  // -0 and 0 are one number, as in JSON.
  return value === 0 ? '0' : String(value);
}

function canonicalArray(items: readonly unknown[]): string {
  let text = '[';
  for (const item of items) text += `${canonicalOf(item ?? null, null)},`;
  return `${text}]`;
}

/** Keys and lookups, not entries: pairs would double its price. */
function canonicalRecord(
  record: Readonly<Record<string, unknown>>,
  leftOut: ReadonlySet<string> | null,
): string {
  let text = '{';
  for (const key of Object.keys(record).sort()) {
    const item = record[key];
    if (item === undefined || leftOut?.has(key) === true) continue;
    text += `${key.length}"${key}:${canonicalOf(item, null)},`;
  }
  return `${text}}`;
}
