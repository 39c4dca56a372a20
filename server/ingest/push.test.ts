import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';

import type { SqliteStore } from '#db/sqlite/store.ts';
import { createSqliteStore } from '#db/sqlite/store.ts';
import type { AppendBatch } from '#db/store.ts';

import { createPreparation } from './prepare.ts';
import { createPricer } from './price.ts';
import type { PushOutcome } from './push-tally.ts';
import { createPush } from './push.ts';
import { createRedactor } from './redact.ts';

const FROM = { source: 'desk', organismId: 'desk' };

let data: string;
let store: SqliteStore;
beforeEach(async () => {
  data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-push-'));
  store = await createSqliteStore({ dataDir: data, log: pino({ level: 'silent' }) });
});
afterEach(async () => {
  await store.close();
  rmSync(data, { recursive: true });
});

interface Played {
  /** Events in each append. */
  readonly appends: number[];
  readonly outcomes: PushOutcome[];
}

/** Pushes them one after the other within one turn of the event loop. */
async function play(pushes: readonly (readonly string[])[]): Promise<Played> {
  const appends: number[] = [];
  const push = createPush({
    store: {
      append(batch: AppendBatch) {
        appends.push(batch.events.length);
        return store.append(batch);
      },
      lastSeq: () => store.lastSeq(),
    },
    preparation: createPreparation({
      redactor: createRedactor({ profile: 'standard' }),
      pricer: createPricer(),
    }),
    publish: () => undefined,
    now: Date.now,
  });
  const outcomes = pushes.map((lines) => {
    const inputs = lines.map((line) => ({ line }));
    const chars = lines.reduce((sum, line) => sum + line.length, 0);
    return push.push(FROM, { inputs, chars }).outcome;
  });
  return { outcomes: await Promise.all(outcomes), appends };
}

async function appendsOf(lines: readonly string[]): Promise<number[]> {
  const { appends, outcomes } = await play([lines]);
  expect(outcomes).toMatchObject([{ accepted: lines.length, rejected: 0 }]);
  return appends;
}

function message(id: string, chars: number): string {
  const names = { threadId: 't1', from: 'planner', to: 'worker', payloadType: 'Text' };
  const payload = { text: 'word '.repeat(chars / 5) };
  return JSON.stringify({ type: 'message', key: id, id, occurredAt: 1e12, ...names, payload });
}

it('takes a few events in one turn of the event loop, and many or heavy ones in several', async () => {
  const light = Array.from({ length: 200 }, (_, n) => message(`light-${n}`, 100));
  expect(await appendsOf(light)).toEqual([200]);
  const many = Array.from({ length: 600 }, (_, n) => message(`many-${n}`, 100));
  expect(await appendsOf(many)).toEqual([250, 250, 100]);
  const heavy = Array.from({ length: 8 }, (_, n) => message(`heavy-${n}`, 200_000));
  expect(await appendsOf(heavy)).toEqual([2, 2, 2, 2]);
});

it('begins a commit with the first events of a turn that brings many, in their order', async () => {
  const single = Array.from({ length: 40 }, (_, n) => [message(`single-${n}`, 100)]);
  const { appends, outcomes } = await play(single);
  expect(appends).toEqual([16, 16, 8]);
  expect(outcomes.map(({ accepted }) => accepted)).toEqual(single.map(() => 1));
  const stored = await store.readEvents({ since: 0, limit: 100 });
  expect(stored.map(({ key }) => key)).toEqual(single.map((_, n) => `single-${n}`));
});
