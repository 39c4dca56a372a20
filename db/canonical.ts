import { hash } from 'node:crypto';

import type { PreparedEvent } from './store.ts';

/** Hex digits of SHA-1 kept: 52 bits, the widest that a JavaScript number holds exactly. */
const DIGEST_HEX_DIGITS = 13;
/** Ours, not the source's: they may differ between two readings of one event. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['receivedAt', 'costNanos', 'price']);

/**
 * One text per JSON value, whatever the order of its keys. Lengths in front instead of quotes and
 * escapes keep it unambiguous at half the price of JSON with sorted keys.
 */
export function canonicalText(value: unknown): string {
  return canonicalOf(value, null);
}

/** Tells a resend from another event with the same key; not a defence against forgery. */
export function digestEvent(event: PreparedEvent): number {
  const canonical = canonicalOf(event, OWN_FIELDS);
  return Number.parseInt(hash('sha1', canonical, 'hex').slice(0, DIGEST_HEX_DIGITS), 16);
}

function canonicalOf(value: unknown, leftOut: ReadonlySet<string> | null): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  // -0 and 0 are one number, as in JSON.
  if (typeof value === 'number') return `${value === 0 ? 0 : value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${canonicalOf(item ?? null, null)},`;
    return `[${text}]`;
  }
  const entries: [string, unknown][] = Object.entries(value);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, item] of entries) {
    if (item === undefined || leftOut?.has(key) === true) continue;
    text += `${key.length}"${key}:${canonicalOf(item, null)},`;
  }
  return `{${text}}`;
}
