import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { tokenClassesSchema } from './token-classes.ts';
import {
  addTokens,
  completionTokens,
  MAX_TOKENS,
  promptTokens,
  totalTokens,
  ZERO_TOKENS,
} from './tokens.ts';

const tokenClasses = fc.record({
  inputFresh: fc.nat(MAX_TOKENS),
  cacheRead: fc.nat(MAX_TOKENS),
  cacheWrite: fc.nat(MAX_TOKENS),
  outputVisible: fc.nat(MAX_TOKENS),
  reasoning: fc.nat(MAX_TOKENS),
});

describe('token classes', () => {
  it('puts each class on one side only', () => {
    const tokens = {
      inputFresh: 1,
      cacheRead: 10,
      cacheWrite: 100,
      outputVisible: 1000,
      reasoning: 10_000,
    };
    expect(promptTokens(tokens)).toBe(111);
    expect(completionTokens(tokens)).toBe(11_000);
    expect(totalTokens(tokens)).toBe(11_111);
  });

  it('sums calls to the same total in either order', () => {
    fc.assert(
      fc.property(tokenClasses, tokenClasses, (a, b) => {
        expect(totalTokens(addTokens(a, b))).toBe(totalTokens(a) + totalTokens(b));
        expect(addTokens(a, b)).toEqual(addTokens(b, a));
        expect(addTokens(a, ZERO_TOKENS)).toEqual(a);
      }),
    );
  });

  it.each([-1, 0.5, MAX_TOKENS + 1, 2 ** 62, Number.NaN, Number.POSITIVE_INFINITY, '5', null])(
    'refuses %s as a count',
    (count) => {
      expect(tokenClassesSchema.safeParse({ ...ZERO_TOKENS, reasoning: count }).success).toBe(
        false,
      );
    },
  );

  it('accepts the bounds', () => {
    expect(tokenClassesSchema.parse({ ...ZERO_TOKENS, cacheRead: MAX_TOKENS }).cacheRead).toBe(
      MAX_TOKENS,
    );
  });
});
