import { describe, expect, it } from 'vitest';

import { timeParams } from './time-params.ts';

describe('timeParams', () => {
  it('ends a half-open range with the last microsecond in it', () => {
    const from = Date.parse('2026-11-01T00:00:00Z');
    expect(timeParams({ from, to: from + 86_400_000 })).toEqual({
      start_time: '2026-11-01T00:00:00.000000Z',
      end_time: '2026-11-01T23:59:59.999999Z',
    });
  });

  it('has nothing to say about no range', () => {
    expect(timeParams(null)).toEqual({});
  });
});
