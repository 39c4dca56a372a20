import type { Crowd } from '../bench/fan-out/crowd.ts';
import { gatherCrowd } from '../bench/fan-out/crowd.ts';
import { isAtMost, isExactly } from './kit/bars.ts';
import type { Bar, TortureTest } from './kit/torture-test.ts';

const SOCKETS = 10_000;
const BROADCASTS = 10;

/** A crowd that only listens: all get in, all hear everything, and all they took is given back. */
export const test: TortureTest = {
  id: 'B11',
  title: 'ten-thousand',
  isFast: false,
  needs: ['linux', { files: SOCKETS + 1000 }],
  async run() {
    const crowd = await gatherCrowd(SOCKETS, BROADCASTS);
    return {
      load: `${SOCKETS.toLocaleString('en-US')} sockets, ${BROADCASTS} events, one a second`,
      counts: null,
      bars: barsOf(crowd),
      control: {
        name: 'none',
        without: 'there is no protection to take out; B12 has the control of the bound',
      },
    };
  },
};

function barsOf(crowd: Crowd): Bar[] {
  const { openMs, delivery, lost, fullMiB, heapKeptMiB, memoryKeptMiB, stillOpen } = crowd;
  return [
    isAtMost('all open, ms', openMs, 30_000),
    isExactly('clients at the end', delivery.open, SOCKETS),
    isExactly('deliveries lost or out of order', lost, 0),
    isAtMost('POST to receipt p99, ms', delivery.p99Ms, 1000),
    isAtMost('memory with all, MiB', fullMiB, 400),
    isExactly('sockets counted when all had gone', stillOpen, 0),
    isAtMost('heap kept when all had gone, MiB', heapKeptMiB, 10),
    isAtMost('memory kept when all had gone, MiB', memoryKeptMiB, 95),
  ];
}
