import { z } from 'zod';

/** The largest instant ECMAScript can name, in epoch milliseconds. */
const MAX_INSTANT_MS = 8.64e15;

/**
 * An instant as epoch milliseconds. The fraction, where present, keeps a source's microseconds,
 * so that two events of one millisecond stay in order.
 */
export const instantSchema = z.number().min(-MAX_INSTANT_MS).max(MAX_INSTANT_MS);
