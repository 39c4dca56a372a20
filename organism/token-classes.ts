import { z } from 'zod';

import { MAX_TOKENS } from './tokens.ts';

const tokenCount = z.number().int().min(0).max(MAX_TOKENS);

/** Five disjoint classes: their sum is the total, in every total we show. */
export const tokenClassesSchema = z.object({
  /** Prompt tokens neither read from nor written to a cache. */
  inputFresh: tokenCount,
  cacheRead: tokenCount,
  cacheWrite: tokenCount,
  /** Completion tokens a reader can see. */
  outputVisible: tokenCount,
  reasoning: tokenCount,
});
export type TokenClasses = z.infer<typeof tokenClassesSchema>;
