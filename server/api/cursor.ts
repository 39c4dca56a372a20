import { z } from 'zod';

import type { Place } from '#db/store.ts';

import { Problem } from './problem.ts';

/** Where a list goes on: opaque to callers, a place in one order of one list to us. */

const MAX_CURSOR_CHARS = 256;
const placeSchema = z.tuple([z.string(), z.number().nullable(), z.number().int()]);

/** Goes into a query; `readCursor` makes a place of it. */
export const cursorParam = z
  .string()
  .max(MAX_CURSOR_CHARS)
  .optional()
  .transform((text) => (text === '' ? undefined : text))
  .meta({ description: 'The `next` of an earlier page: this page is the one after it' });

/** @param order names the list and its order: a cursor of another one means nothing here */
export function writeCursor(order: string, place: Place | null): string | null {
  if (place === null) return null;
  const text = JSON.stringify([order, place.value, place.id]);
  return Buffer.from(text).toString('base64url');
}

/** @throws Problem `invalid` when it is not one that `writeCursor` made for this order */
export function readCursor(order: string, cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const parsed = placeSchema.safeParse(parse(cursor));
  if (parsed.success && parsed.data[0] === order) {
    const [, value, id] = parsed.data;
    return { value, id };
  }
  const msg = 'Input should be the `next` of an earlier page of the same list and order';
  throw new Problem('invalid', [{ type: 'cursor', loc: ['query', 'cursor'], msg, input: cursor }]);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
