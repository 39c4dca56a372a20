import { parentPort as port, workerData } from 'node:worker_threads';

import { z } from 'zod';

import { readShare } from './share.ts';

/** A thread that reads some of the files and hands over the calls in them. */

const share = z
  .object({
    kind: z.enum(['claude-code', 'codex']),
    groups: z.array(z.array(z.string())),
    next: z.instanceof(SharedArrayBuffer),
  })
  .parse(workerData);
port?.postMessage(readShare(share), []);
