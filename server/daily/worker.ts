import { parentPort as port, workerData } from 'node:worker_threads';

import type { SharedWork } from './share.ts';
import { readShare } from './share.ts';

/** A thread that reads some of the files and hands over the calls in them. */

// Of this program's own making: it needs no schema, which would take as long to load as the rest.
const work: SharedWork = workerData;
const found = readShare(work);
port?.postMessage(found, [found.numbers.buffer]);
