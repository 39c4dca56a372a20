import type { TokenClasses } from '#organism/tokens.ts';
import { checkTokens } from '#server/ingest/limits.ts';

type TokenField = 'input_tokens' | 'output_tokens' | 'reasoning_tokens' | 'cache_read_tokens';
export type TokenCounts = { readonly [field in TokenField]?: unknown };

type Counted =
  | { readonly kind: 'tokens'; readonly tokens: TokenClasses }
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong'; readonly detail: string };

/**
 * The classes of one record: cached tokens stand beside `input_tokens`, reasoning stands inside
 * `output_tokens`. Absent and null mean the same.
 */
export function countTokens(counts: TokenCounts | null | undefined, place: string): Counted {
  const read: Record<TokenField, number> = {
    input_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    cache_read_tokens: 0,
  };
  let isAny = false;
  for (const field of [
    'input_tokens',
    'output_tokens',
    'reasoning_tokens',
    'cache_read_tokens',
  ] as const) {
    const value = counts?.[field];
    if (value === undefined || value === null) continue;
    const checked = checkTokens(value, `${place}.${field}`);
    if (!checked.ok) return { kind: 'wrong', detail: checked.detail };
    read[field] = checked.value;
    isAny = true;
  }
  if (!isAny) return { kind: 'none' };
  const reasoning = Math.min(read.reasoning_tokens, read.output_tokens);
  const tokens = {
    inputFresh: read.input_tokens,
    cacheRead: read.cache_read_tokens,
    cacheWrite: 0,
    outputVisible: read.output_tokens - reasoning,
    reasoning,
  };
  return { kind: 'tokens', tokens };
}

/** Dollars as a float to whole nano-dollars; null where none is given. */
export function toNanos(dollars: number | null | undefined): number | null {
  if (dollars === null || dollars === undefined || !(dollars >= 0) || dollars > 9e6) return null;
  return Math.round(dollars * 1e9);
}
