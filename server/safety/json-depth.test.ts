import { describe, expect, it } from 'vitest';

import { jsonDepth } from './json-depth.ts';

describe('jsonDepth', () => {
  it.each([
    ['1', 0],
    ['{}', 1],
    ['{"a":[{"b":1}]}', 3],
    ['"[[[["', 0],
    [String.raw`{"a\"[[[":"\\"}`, 1],
    ['[[],[],[[]]]', 3],
  ])('of %s is %i', (text, depth) => {
    expect(jsonDepth(text)).toBe(depth);
  });

  it('survives a million levels', () => {
    expect(jsonDepth('['.repeat(1_000_000))).toBe(1_000_000);
  });
});
