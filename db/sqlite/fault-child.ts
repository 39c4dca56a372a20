import { createInterface } from 'node:readline';

import type { SqliteStore } from './store.ts';
import { createSqliteStore } from './store.ts';

/**
 * The process whose disk fails in fault.process.test.ts. Every line it is given is one event to
 * append; it answers with what became of it, and ends as the server does when the store gives up.
 */

const EVENT_BYTES = 20_000;

async function answerFor(store: SqliteStore, key: string): Promise<string> {
  const base = { key, id: key, occurredAt: 1, receivedAt: 1 };
  const ends = { threadId: 't', from: 'a', to: 'b', payloadType: 'P' };
  const payload = 'x'.repeat(EVENT_BYTES);
  try {
    const { accepted } = await store.append({
      source: 'lab',
      organismId: 'garden',
      events: [{ ...base, ...ends, type: 'message', payload }],
      rejects: [],
      catalogueVersion: '1',
    });
    const read = await store.listMessages({ organismId: 'garden', limit: 1, offset: 0 });
    return `acked ${accepted} ${read.total}`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    // The counter may lack the last moments: what cannot be written cannot be settled either.
    const stored = await store.readEvents({ since: 0, limit: 10_000 });
    return `refused ${code} ${stored.length}`;
  }
}

async function main(): Promise<void> {
  const [dataDir = ''] = process.argv.slice(2);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const store = await createSqliteStore({
    dataDir,
    log,
    readers: 1,
    onFailure: (error) => {
      process.stdout.write(`failed ${error.code}\n`, () => process.exit(1));
    },
  });
  process.stdout.write('open\n');
  for await (const key of createInterface({ input: process.stdin })) {
    process.stdout.write(`${await answerFor(store, key)}\n`);
  }
  await store.close();
}

await main();
