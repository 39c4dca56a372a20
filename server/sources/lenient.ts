import { z } from 'zod';

import { parseInstant } from '#organism/instant.ts';

import { MAX_AMOUNT } from './plain-values.ts';

/**
 * How every source reads what it cannot insist on: absent, null and of another type all mean that
 * nothing was said.
 */

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
