import { describe, expect, it } from 'vitest';

import { hourField, hourWrites } from './hour-writes.ts';

describe('cache writes kept for an hour', () => {
  it.each([
    [{ cache_creation: { ephemeral_1h_input_tokens: 300 } }, 300],
    [{ 'cache_creation.ephemeral_1h_input_tokens': 7 }, 7],
    [{ cache_creation: { ephemeral_5m_input_tokens: 300 } }, 0],
    [{ cache_creation: { ephemeral_1h_input_tokens: -1 } }, 0],
    [{ cache_creation: 300 }, 0],
    [null, 0],
  ])('of %j', (usage, hour) => {
    expect(hourWrites(usage)).toBe(hour);
  });

  it('are never more than all that was written, and not said where there are none', () => {
    expect(hourField(300, 900)).toEqual({ cacheWrite1h: 300 });
    expect(hourField(900, 300)).toEqual({ cacheWrite1h: 300 });
    expect(hourField(900, 0)).toEqual({});
    expect(hourField(-5, 10)).toEqual({});
  });
});
