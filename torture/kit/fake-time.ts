import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Need } from './torture-test.ts';

/** The clock of one process, set by a test while that process runs; its monotonic clock runs on. */
export interface FakeTime {
  /** For the process's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** By how much its wall clock is ahead of the true one from now on. */
  setAhead(seconds: number): void;
}

export const FAKE_TIME_NEEDS: readonly Need[] = ['linux', { tool: 'faketime' }];

export function createFakeTime(dir: string): FakeTime {
  const file = path.join(dir, 'fake-time');

  function setAhead(seconds: number): void {
    // Whoever reads the time meanwhile must never find half a file.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  }

  setAhead(0);
  return {
    env: {
      // The loader puts the directory of its platform's libraries in.
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    setAhead,
  };
}
