import { describe, expect, it } from 'vitest';

import { diskWords, prunedLines } from './prepare-storage.ts';

const GIB = 2 ** 30;

describe('storage in words', () => {
  it.each([
    ['ok', 5 * GIB, 'quiet', '5.0 GiB free'],
    ['low', GIB / 2, 'warning', '512.0 MiB free; below 256.0 MiB nothing is taken in'],
    ['full', 1000, 'error', '1000 bytes free: nothing is taken in until there is room'],
    ['ok', null, 'quiet', 'free space not known'],
  ] as const)('a disk that is %s', (level, freeBytes, tone, text) => {
    const bounds = { warnBytes: GIB, refuseBytes: GIB / 4 };
    expect(diskWords({ level, freeBytes, ...bounds })).toEqual({ tone, text });
  });

  it('names only kinds of which something is gone', () => {
    const kept = { keepMs: null, receivedBefore: null };
    const lines = prunedLines([
      { kind: 'payloads', pruned: 1200, ...kept },
      { kind: 'usage', pruned: 0, ...kept },
    ]);
    expect(lines).toEqual(['1,200 payloads']);
  });
});
