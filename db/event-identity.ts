import { hash } from 'node:crypto';

import type { PreparedEvent } from './store.ts';

/** Hex digits of SHA-1 kept: 52 bits, the widest that a JavaScript number holds exactly. */
const DIGEST_HEX_DIGITS = 13;
/** Ours, not the source's: they may differ between two readings of one event. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['receivedAt', 'costNanos', 'price']);

/** Tells a resend from another event with the same key; not a defence against forgery. */
export function digestEvent(event: PreparedEvent): number {
  const canonical = canonicalOf(event, OWN_FIELDS);
  return Number.parseInt(hash('sha1', canonical, 'hex').slice(0, DIGEST_HEX_DIGITS), 16);
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

/** Keys and lookups, not entries: this runs for every event, and pairs would double its price. */
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
