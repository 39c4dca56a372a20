import { z } from 'zod';

import { tokenClassesSchema } from '#organism/token-classes.ts';

/** A call of a model, as its lines tell of it. */
export const callSchema = z.object({
  messageId: z.string(),
  requestId: z.string().nullable(),
  session: z.string(),
  agent: z.string(),
  model: z.string(),
  /** Of the line that counts, epoch milliseconds. */
  at: z.number(),
  tokens: tokenClassesSchema,
  cacheWrite5m: z.number().nullable(),
  cacheWrite1h: z.number().nullable(),
  /** Searches of the web, where the answer made any. */
  webSearches: z.number().nullable().default(null),
  reportedCostNanos: z.number().nullable(),
  promptId: z.string().nullable(),
  /** Whether a line said why the answer ended. */
  isEnded: z.boolean(),
});
export type Call = z.infer<typeof callSchema>;
