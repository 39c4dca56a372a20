import { z } from 'zod';

import { parseInstant } from '#organism/instant.ts';
import { isRecord } from '#organism/record.ts';

/**
 * How every source reads what it cannot insist on: absent, null and of another type all mean that
 * nothing was said.
 */

/** More tokens, bytes or milliseconds than any one record can mean. */
const MAX_AMOUNT = 1e12;

export const text = z.string().nullish().catch(null);
export const texts = z.array(z.string()).max(1000).nullish().catch(null);
export const flag = z.boolean().nullish().catch(null);
export const number = z.number().nullish().catch(null);
export const amount = z.number().min(0).max(MAX_AMOUNT).nullish().catch(null);
export const count = z.number().int().min(0).max(MAX_AMOUNT).nullish().catch(null);
export const record = z.record(z.string(), z.unknown()).nullish().catch(null);
/** A key of an object whose value may be anything; `z.unknown()` alone would insist on the key. */
export const anything = z.unknown().optional();
/** Epoch milliseconds, up to what a date can be. */
export const epochMs = z.number().min(0).max(8.64e15).nullish().catch(null);
/** ISO 8601 on the wire, epoch milliseconds here. */
export const instant = z
  .string()
  .transform((value) => parseInstant(value))
  .nullish()
  .catch(null);

/** Null, an absent list and what is no list are an empty one. */
export function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
    .catch([]);
}

/** A text with something in it. */
export function filled(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What `count` reads, of one value by itself. */
export function countOf(value: unknown): number | null {
  const isCount = Number.isInteger(value) && typeof value === 'number';
  return isCount && value >= 0 && value <= MAX_AMOUNT ? value : null;
}

/** A count as it was given, or nothing, in whole numbers. */
export function whole(value: number | null | undefined): number {
  return Math.floor(value ?? 0);
}
