import { z } from 'zod';

import { count } from '../lenient.ts';

/** Codex's own counters: cached tokens are inside input, reasoning inside output. */
export const countersSchema = z.object({
  input_tokens: count,
  cached_input_tokens: count,
  cache_write_input_tokens: count,
  output_tokens: count,
  reasoning_output_tokens: count,
});
export type Counters = z.infer<typeof countersSchema>;

const totalsSchema = z.object({
  input: z.number(),
  cached: z.number(),
  cacheWrite: z.number(),
  output: z.number(),
  reasoning: z.number(),
});
export type Totals = z.infer<typeof totalsSchema>;

export const ledgerSchema = z.object({
  billed: totalsSchema,
  /** The last reading from standard output; null before the first. */
  lastOfExec: totalsSchema.nullable(),
  /** Whether a session file has told of the thread: it is the more exact wire. */
  isFromFiles: z.boolean(),
});
export type Ledger = z.infer<typeof ledgerSchema>;
