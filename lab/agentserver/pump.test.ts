import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createPump } from './pump.ts';

describe('createPump', () => {
  beforeEach(() => vi.useFakeTimers({ now: 0 }));
  afterEach(() => vi.useRealTimers());

  function pumpAt(rate: number) {
    const step = vi.fn<() => boolean>(() => true);
    return { step, pump: createPump({ step, now: () => Date.now(), rate }) };
  }

  it.each([1, 50, 1_234, 10_000])('emits %i events a second', (rate) => {
    const { step, pump } = pumpAt(rate);
    pump.start();
    vi.advanceTimersByTime(10_000);
    pump.stop();
    expect(Math.abs(step.mock.calls.length - rate * 10)).toBeLessThanOrEqual(1);
  });

  it('changes its rate while it runs, down to still and up again', () => {
    const { step, pump } = pumpAt(10);
    pump.start();
    vi.advanceTimersByTime(1_000);
    pump.setRate(0);
    const { length } = step.mock.calls;
    vi.advanceTimersByTime(5_000);
    expect(step).toHaveBeenCalledTimes(length);
    pump.setRate(1_000);
    vi.advanceTimersByTime(1_000);
    pump.stop();
    expect(Math.abs(step.mock.calls.length - length - 1_000)).toBeLessThanOrEqual(1);
    expect(pump.rate()).toBe(1_000);
  });

  it('does not start when its rate is set before it is started', () => {
    const { step, pump } = pumpAt(0);
    pump.setRate(1_000);
    vi.advanceTimersByTime(1_000);
    expect(step).not.toHaveBeenCalled();
  });

  it('makes up at most a second after a stall, and keeps within 10,000 a second', () => {
    const { step, pump } = pumpAt(1_000_000);
    expect(pump.rate()).toBe(10_000);
    pump.start();
    vi.setSystemTime(60_000);
    vi.advanceTimersByTime(5);
    pump.stop();
    expect(step).toHaveBeenCalledTimes(10_000);
  });

  it('gives up a tick when the script has nothing to say', () => {
    const step = vi.fn<() => boolean>(() => false);
    const pump = createPump({ step, now: () => Date.now(), rate: 10_000 });
    pump.start();
    vi.advanceTimersByTime(100);
    pump.stop();
    expect(step).toHaveBeenCalledTimes(20);
  });
});
