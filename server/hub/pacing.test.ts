import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createPacing, FILTERED_PACE, FLUSH_PACE } from './pacing.ts';

/** The tick it settles on when every flush costs the same. */
function settled(costMs: number, pace = FLUSH_PACE): number {
  const pacing = createPacing(pace);
  let tick = 0;
  for (let n = 0; n < 50; n += 1) tick = pacing.tickAfter(costMs);
  return tick;
}

describe('pacing', () => {
  it('waits for nothing while flushing is cheap', () => {
    expect(settled(0.05)).toBe(0);
    expect(settled(0.15)).toBe(0);
  });

  it('stretches from 4 to 16 ms with what a flush costs', () => {
    expect(settled(0.3)).toBe(4);
    expect(settled(0.8)).toBe(8);
    expect(settled(1.2)).toBe(12);
    expect(settled(60)).toBe(16);
  });

  it('stretches to 32 ms for readers with a filter, for half the share of time', () => {
    expect(settled(0.05, FILTERED_PACE)).toBe(0);
    expect(settled(0.3, FILTERED_PACE)).toBe(6);
    expect(settled(1.2, FILTERED_PACE)).toBe(24);
    expect(settled(60, FILTERED_PACE)).toBe(32);
  });

  it('is not thrown by one slow flush, and comes back when it gets cheap again', () => {
    const pacing = createPacing(FLUSH_PACE);
    for (let n = 0; n < 50; n += 1) pacing.tickAfter(0.05);
    expect(pacing.tickAfter(0.6)).toBeLessThanOrEqual(4);
    for (let n = 0; n < 10; n += 1) pacing.tickAfter(60);
    let tick = 16;
    for (let n = 0; n < 30; n += 1) tick = pacing.tickAfter(0.05);
    expect(tick).toBe(0);
  });

  it('never waits longer than a tick of the display', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e4, noNaN: true })), (costs) => {
        const pacing = createPacing(FLUSH_PACE);
        for (const cost of costs) {
          const tick = pacing.tickAfter(cost);
          expect(tick === 0 || (tick >= 4 && tick <= 16)).toBe(true);
        }
      }),
    );
  });
});
