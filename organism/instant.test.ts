import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatInstant, parseInstant } from './instant.ts';

describe('parseInstant', () => {
  it.each([
    ['2026-11-21T03:26:16.731317Z', '2026-11-21T03:26:16.731317Z'],
    ['2026-11-21T03:26:19.426055+00:00', '2026-11-21T03:26:19.426055Z'],
    ['2026-11-21 03:26:14.038925+00:00', '2026-11-21T03:26:14.038925Z'],
    ['2026-11-21T03:26:14', '2026-11-21T03:26:14.000000Z'],
    ['2026-11-21 03:26', '2026-11-21T03:26:00.000000Z'],
    ['2026-11-21T05:26:14.5+02:00', '2026-11-21T03:26:14.500000Z'],
    ['2026-11-21T05:26:14+0200', '2026-11-21T03:26:14.000000Z'],
  ])('reads %s', (text, expected) => {
    const instant = parseInstant(text);
    expect(instant === null ? null : formatInstant(instant)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2026-13-41T00:00:00Z',
    '1763695519',
    '2026-11-21',
    '2026-02-30T00:00:00.000Z',
    '2026-02-29T12:00:00Z',
    '2026-04-31 12:00:00.5+02:00',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it.each(['2028-02-29T00:00:00.000Z', '2026-12-31T23:59:59Z', '0028-02-29T00:00:00Z'])(
    'reads the last day of a month: %s',
    (text) => {
      expect(parseInstant(text)).toBe(Date.parse(text));
    },
  );

  it('round-trips every microsecond of this century', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 946_684_800_000_000, max: 4_102_444_800_000_000 }),
        (micros) => {
          const text = formatInstant(micros / 1000);
          const parsed = parseInstant(text);
          expect(parsed).not.toBeNull();
          expect(formatInstant(parsed ?? 0)).toBe(text);
        },
      ),
    );
  });
});
