import { isAtLeast, isAtMost, isExactly } from './kit/bars.ts';
import { DISK_FULL_FAULTS, playDiskFull } from './kit/disk-full.ts';
import { playFailedSync, SYNC_FAULTS } from './kit/failed-sync.ts';
import type { Counts, TortureTest } from './kit/torture-test.ts';
import { addCounts } from './kit/torture-test.ts';

const RECOVERY_LIMIT_MS = 5000;
const EXIT_LIMIT_MS = 2000;
const READS_OK_PERCENT = 99;

export const test: TortureTest = {
  id: 'B05',
  title: 'disk-faults',
  isFast: false,
  needs: ['linux', 'root', { tool: 'strace' }, { tool: 'prlimit' }],
  async run(context) {
    const full = [];
    for (const fault of DISK_FULL_FAULTS) full.push(await playDiskFull(context, fault, []));
    const failed = [];
    for (const fault of SYNC_FAULTS) failed.push(await playFailedSync(context, fault));
    const control = await playDiskFull(context, 'file-size limit', ['commit-late']);
    const all = [...full, ...failed];
    return {
      load: `${DISK_FULL_FAULTS.join(', ')}; ${SYNC_FAULTS.join(', ')}`,
      counts: all.map(({ counts }): Counts => counts).reduce(addCounts),
      bars: [
        ...all.map(({ fault, counts }) =>
          isExactly(`${fault}: acknowledged and lost`, counts.lost, 0),
        ),
        ...full.flatMap(({ fault, refusals, otherAnswers, readsOkShare, recoveryMs, exitCode }) => [
          isAtLeast(`${fault}: refused with 503 or 507`, refusals, 1),
          isExactly(`${fault}: other answers than 200, 503 and 507`, otherAnswers, 0),
          isAtLeast(`${fault}: reads answered meanwhile, %`, readsOkShare * 100, READS_OK_PERCENT),
          isAtMost(`${fault}: space back to first answer, ms`, recoveryMs, RECOVERY_LIMIT_MS),
          isExactly(`${fault}: exit code after SIGTERM`, exitCode ?? -1, 0),
        ]),
        ...failed.flatMap(({ fault, exitMs, exitCode, saysWhy }) => [
          isAtMost(`${fault}: failed sync to exit, ms`, exitMs, EXIT_LIMIT_MS),
          isExactly(`${fault}: exit code`, exitCode ?? -1, 1),
          isExactly(`${fault}: said why`, Number(saysWhy), 1),
        ]),
      ],
      control: {
        name: 'acknowledged before the commit, file-size limit',
        bar: isExactly('acknowledged and lost', control.counts.lost, 0),
      },
    };
  },
};
