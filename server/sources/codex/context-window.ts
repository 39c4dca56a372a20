import { z } from 'zod';

import type { EventDraft } from '#organism/event.ts';

import type { Counters } from './ledger-schema.ts';
import { sumOf, totalsOf } from './ledger.ts';
import type { Place } from './place.ts';

/** How full the window is; what the next request repeats is what the last one read and wrote. */
export const contextSchema = z.object({ usedTokens: z.number(), windowTokens: z.number() });
export type Context = z.infer<typeof contextSchema>;

/** Null where a line does not say both; those of older builds and of failed requests do not. */
export function contextOf(
  info:
    | {
        readonly last_token_usage?: Counters | null | undefined;
        readonly model_context_window?: number | null | undefined;
      }
    | null
    | undefined,
): Context | null {
  const { last_token_usage: last, model_context_window: windowTokens } = info ?? {};
  if (last == null || windowTokens == null || windowTokens < 1) return null;
  return { usedTokens: sumOf(totalsOf(last)), windowTokens: Math.round(windowTokens) };
}

/** @param known the reading before: one that is the same is not told again */
export function contextDrafts(
  { key, at, threadId }: Place,
  context: Context,
  known: Context | null,
): EventDraft[] {
  const isSame =
    known?.usedTokens === context.usedTokens && known.windowTokens === context.windowTokens;
  if (isSame) return [];
  return [{ type: 'context', key: `context:${key}`, occurredAt: at, threadId, ...context }];
}
