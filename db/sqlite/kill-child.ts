import { setImmediate as nextTurn } from 'node:timers/promises';

import { z } from 'zod';

import type { PreparedEvent } from '#db/store.ts';

import { createSqliteStore } from './store.ts';

/**
 * The process that kill.test.ts kills: appends numbered events, several batches at a time, and
 * prints the first number of each batch once it is acknowledged.
 */

const BATCH_EVENTS = 20;
const APPENDERS = 4;

const argsSchema = z.object({
  dataDir: z.string(),
  from: z.coerce.number().int(),
  mode: z.enum(['ack-after-commit', 'ack-on-receipt']),
});

/** Every second event is a model call that costs its own number. */
function makeEvent(n: number): PreparedEvent {
  const base = { key: `e${n}`, occurredAt: 1.7e12 + n, receivedAt: 1.7e12 + n };
  if (n % 2 === 0) {
    const thread = { id: `e${n}`, threadId: `t${n % 7}`, from: 'a', to: 'b' };
    return { ...base, ...thread, type: 'message', payloadType: 'P', payload: { n } };
  }
  return {
    ...base,
    type: 'usage',
    threadId: `t${n % 7}`,
    agent: 'a',
    model: 'm',
    provider: 'p',
    org: null,
    user: null,
    tokens: { inputFresh: n, cacheRead: 0, cacheWrite: 0, outputVisible: 1, reasoning: 0 },
    latencyMs: null,
    reportedCostNanos: null,
    costNanos: n,
    price: null,
  };
}

async function main(): Promise<void> {
  const [dataDir, from, mode] = process.argv.slice(2);
  const args = argsSchema.parse({ dataDir, from, mode });
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const store = await createSqliteStore({ dataDir: args.dataDir, log, readers: 1 });
  let next = args.from;

  async function appendForever(): Promise<never> {
    for (;;) {
      const first = next;
      next += BATCH_EVENTS;
      const events = Array.from({ length: BATCH_EVENTS }, (_, i) => makeEvent(first + i));
      const append = () =>
        store.append({
          source: 'lab',
          organismId: 'garden',
          events,
          rejects: [],
          catalogueVersion: '1',
          cursors: { last: String(first) },
        });
      // The control says yes to what it would write later, and is killed before.
      await (args.mode === 'ack-after-commit' ? append() : nextTurn());
      process.stdout.write(`${first}\n`);
    }
  }

  await Promise.all(Array.from({ length: APPENDERS }, () => appendForever()));
}

await main();
