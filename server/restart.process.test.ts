import { expect, test } from 'vitest';

import { makeBatch, makeDataDir, makeMessage, openTestStore } from '#db/sqlite/store-fixtures.ts';

import { startServer } from './testing/process.ts';

const EVENTS = 12_000;
const LATER = 7;

test('a start replays only what came after the snapshot, which every clean stop saves', async () => {
  const dataDir = await makeDataDir();
  await appendMessages(dataDir, 'a', EVENTS);
  expect(await startAndStop(dataDir, 'SIGKILL')).toBe(EVENTS);
  // Killed before it saved: the next one has to read them all again.
  expect(await startAndStop(dataDir, 'SIGTERM')).toBe(EVENTS);
  expect(await startAndStop(dataDir, 'SIGTERM')).toBe(0);

  await appendMessages(dataDir, 'b', LATER);
  expect(await startAndStop(dataDir, 'SIGTERM')).toBe(LATER);
  expect(await startAndStop(dataDir, 'SIGKILL')).toBe(0);
});

/** @returns how many events the start says it replayed */
async function startAndStop(dataDir: string, signal: NodeJS.Signals): Promise<number> {
  const server = await startServer(['--data', dataDir, '--log-level', 'info']);
  await server.kill(signal);
  return Number(/"replayed":(\d+)/.exec(server.stderr())?.[1]);
}

async function appendMessages(dataDir: string, prefix: string, count: number): Promise<void> {
  const store = await openTestStore({ dataDir });
  const messages = Array.from({ length: count }, (_, i) => makeMessage(`${prefix}${i}`));
  await store.append(makeBatch(messages));
  await store.close();
}
