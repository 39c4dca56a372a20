import { describe, expect, it } from 'vitest';

import { annularSector, pointOn } from './arc-path.ts';
import { readGauge, type GaugeProps } from './gauge-reading.ts';

const gauge = (over: Partial<GaugeProps>) =>
  readGauge({ label: 'Budget', used: 0, limit: 100_000, timeToEmptyMs: null, ...over });

describe('readGauge', () => {
  it('lays used, reserved and projected end to end', () => {
    const reading = gauge({ used: 40_000, reserved: 10_000, projected: 70_000 });
    expect(reading).toMatchObject({ usedShare: 40, reservedShare: 10, projectedShare: 20 });
  });

  it('never leaves the scale', () => {
    const reading = gauge({ used: 95_000, reserved: 60_000, projected: 400_000 });
    expect(reading).toMatchObject({ usedShare: 95, reservedShare: 5, projectedShare: 0 });
  });

  it('says exhausted from the last token on, and the true percent beyond', () => {
    expect(gauge({ used: 99_999 }).level).toBe('final');
    expect(gauge({ used: 100_400 })).toMatchObject({
      level: 'exhausted',
      percent: 100.4,
      emptyText: 'Exhausted',
      usedShare: 100,
    });
  });

  it('counts money and runs as well as tokens', () => {
    const money = gauge({ used: 22.69e9, limit: 25e9, unit: 'nanos' });
    expect(money.amountText).toBe('$22.69 / $25');
    expect(money.spoken).toMatch(/^\$22\.69 of \$25\.00 USD used, 90\.8 percent, critical/);
    const slots = gauge({ used: 1, limit: 10, unit: 'runs', below: '9 of 10 slots free' });
    expect(slots).toMatchObject({ amountText: '1 / 10', emptyText: '9 of 10 slots free' });
    expect(slots.spoken).toBe('1 of 10 runs used, 10 percent, 9 of 10 slots free');
    const share = gauge({ used: 15, limit: 100, unit: 'percent', below: 'Renewed in 2 h' });
    expect(share).toMatchObject({ amountText: 'used' });
    expect(share.spoken).toBe('15 percent used, renewed in 2 h');
  });

  it.each([0, -1, null])('draws no share of a limit of %s', (limit) => {
    expect(gauge({ used: 5, limit })).toMatchObject({ level: 'unlimited', usedShare: 0 });
  });

  it('tells a screen reader amount, level and time', () => {
    expect(gauge({ used: 91_800, timeToEmptyMs: 92_000 }).spoken.replaceAll('\u00a0', ' ')).toBe(
      '91,800 of 100,000 tokens used, 91.8 percent, critical, empty in 1 min 32 s',
    );
    expect(gauge({ used: 1 }).spoken).toContain('no estimate');
  });
});

describe('the arc', () => {
  it('opens downwards and stands symmetrical', () => {
    const [startX, startY] = pointOn(50, 0);
    const [endX, endY] = pointOn(50, 100);
    expect([endX, endY]).toEqual([-startX, startY]);
    expect(startY).toBeGreaterThan(0);
    expect(pointOn(50, 50)).toEqual([-0, -50]);
  });

  it('takes the long way round past two thirds', () => {
    expect(annularSector(40, 50, 0, 60)).toContain('A50 50 0 0 1');
    expect(annularSector(40, 50, 0, 70)).toContain('A50 50 0 1 1');
  });
});
