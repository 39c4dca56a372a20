import { hash } from 'node:crypto';
import { cp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { newestMark, openCommitMarks, readCommitMarks } from './commit-marks.ts';
import { KILL_BATCH_EVENTS, runAndKill } from './kill-fixtures.ts';
import type { StoreFiles } from './store-files.ts';
import { storeFiles } from './store-files.ts';
import {
  SILENT_LOG,
  makeBatch,
  makeDataDir,
  makeMessage,
  openTestStore,
} from './store-fixtures.ts';

describe('the record of commits', () => {
  test('keeps the newest, however many there were, and never grows', async () => {
    const path = join(await makeDataDir(), 'marks');
    const marks = openCommitMarks(path, 'one');
    const { length } = await readFile(path);
    for (let n = 1; n <= 2500; n += 1) marks.write({ commitNo: n, lastSeq: n * 10 });
    marks.close();
    expect(newestMark(readCommitMarks(path), 'one')).toMatchObject({
      commitNo: 2500,
      lastSeq: 25_000,
    });
    expect(newestMark(readCommitMarks(path), 'other')).toBeNull();
    expect(await readFile(path)).toHaveLength(length);
  });

  test('a record torn by a power cut counts as not written', async () => {
    const path = join(await makeDataDir(), 'marks');
    const marks = openCommitMarks(path, 'one');
    for (let n = 1; n <= 3; n += 1) marks.write({ commitNo: n, lastSeq: n });
    marks.close();
    const bytes = await readFile(path);
    bytes[3 * 64 + 20] = 0xff;
    await writeFile(path, bytes);
    expect(newestMark(readCommitMarks(path), 'one')).toMatchObject({ commitNo: 2 });
  });
});

async function digests(dataDir: string): Promise<Record<string, string>> {
  const names = (await readdir(dataDir)).filter((name) => !name.startsWith('organoscope.lock'));
  const entries = names.map(async (name) => {
    return [name, hash('sha1', await readFile(join(dataDir, name)))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Killed in the middle of its work: what it acknowledged is in the log alone. */
async function makeKilledStore(): Promise<{ files: StoreFiles; acked: number }> {
  const dataDir = await makeDataDir();
  const acked = new Set<number>();
  await runAndKill(dataDir, acked, { batches: 30, mode: 'ack-after-commit' });
  return { files: storeFiles(dataDir), acked: acked.size * KILL_BATCH_EVENTS };
}

async function flipBit(path: string, share: number): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(bytes.length * share);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  await writeFile(path, bytes);
}

const LOSSES: Readonly<Record<string, (files: StoreFiles) => Promise<void>>> = {
  'one bit of its log flipped': ({ wal }) => flipBit(wal, 0.5),
  'its log cut to 60 %': async ({ wal }) =>
    truncate(wal, Math.floor((await readFile(wal)).length * 0.6)),
  'its log deleted': ({ wal }) => rm(wal),
  'its log replaced by garbage': ({ wal }) => writeFile(wal, 'not a log '.repeat(5000)),
  'an older database put in its place': async ({ database, wal }) => {
    const older = await makeDataDir();
    const store = await openTestStore({ dataDir: older, newEpoch: () => 'older' });
    await store.append(makeBatch([makeMessage('m')]));
    await store.close();
    await rm(wal);
    await cp(storeFiles(older).database, database);
  },
};

describe('a store killed at work', () => {
  test.each(Object.entries(LOSSES))('with %s: refused, nothing changed', async (_, damage) => {
    const { files } = await makeKilledStore();
    await rm(files.shm, { force: true });
    await damage(files);
    const before = await digests(files.dataDir);
    await expect(openTestStore({ dataDir: files.dataDir })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/events are missing|another history/),
    });
    expect(await digests(files.dataDir)).toEqual(before);
  });

  test('the control: undamaged it opens, with all that was acknowledged', async () => {
    const { files, acked } = await makeKilledStore();
    const store = await openTestStore({ dataDir: files.dataDir });
    expect(await store.lastSeq()).toBeGreaterThanOrEqual(acked);
  });

  test('the control: without its record of commits a flipped bit passes, but not without a word', async () => {
    const { files, acked } = await makeKilledStore();
    await flipBit(files.wal, 0.5);
    await rm(files.marks);
    const warnings: unknown[] = [];
    const log = { ...SILENT_LOG, warn: (text: unknown) => warnings.push(text) };
    const store = await openTestStore({
      dataDir: files.dataDir,
      log: log as typeof SILENT_LOG,
    });
    expect(await store.lastSeq()).toBeLessThan(acked);
    expect(warnings).toEqual([expect.stringContaining('organoscope.marks is missing')]);
  });
});
