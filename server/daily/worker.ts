import { parentPort as port, workerData } from 'node:worker_threads';

import { isSharedWork, readShare } from './share.ts';

/** A thread that reads some of the files and hands over the calls in them. */

if (!isSharedWork(workerData)) throw new TypeError('workerData: expected what `readShare` takes');
const found = readShare(workerData);
port?.postMessage(found, [found.numbers.buffer]);
