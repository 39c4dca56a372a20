import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { addTokens, promptTokens, ZERO_TOKENS } from '#organism/tokens.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';
import { createIngest } from '#server/ingest/ingest.ts';
import { createPreparation } from '#server/ingest/prepare.ts';
import { createPricer } from '#server/ingest/price.ts';
import { createRedactor } from '#server/ingest/redact.ts';

import { readChunk } from '../session-files/file-chunk.ts';
import type { Source } from '../source.ts';
import type { Recorder } from '../testing/recorder.ts';
import { createRecorder, scheduleSoon } from '../testing/recorder.ts';
import { createCodexSource } from './codex-source.ts';
import { readRollout } from './rollout-reader.ts';
import { readRolloutLine } from './rollout-wire.ts';
import { newFile } from './session-head.ts';
import { readSession } from './session-reader.ts';
import { THREAD, fixture } from './testing/fixtures.ts';

const NAME = `2026/11/21/rollout-2026-11-21T02-34-21-${THREAD}.jsonl`;
const ROLLOUT = fixture('rollout-trimmed.jsonl');
const ALL_INPUT = 15_750;

let root: string;
let file: string;
let recorder: Recorder;
let source: Source;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'organoscope-codex-'));
  file = path.join(root, NAME);
  mkdirSync(path.dirname(file), { recursive: true });
  recorder = createRecorder({ schedule: scheduleSoon });
  source = connect();
});
afterEach(async () => {
  await source.stop();
  rmSync(root, { recursive: true, force: true });
});

function connect(folder = root): Source {
  const url = pathToFileURL(folder).href;
  return createCodexSource({ name: 'codex', url, organismId: 'codex', host: 'h' }, recorder.deps);
}

function billed(): number {
  const all = recorder.of('usage').map(({ tokens }) => tokens);
  return promptTokens(all.reduce(addTokens, ZERO_TOKENS));
}

const looked = (state: string) =>
  recorder.until(state, () => recorder.of('source_status').at(-1)?.state === state);
describe('a folder of Codex sessions', () => {
  test('is read from the start, and shows what is written later', async () => {
    const half = ROLLOUT.indexOf('\n', ROLLOUT.length / 2) + 40;
    writeFileSync(file, ROLLOUT.slice(0, half));
    await source.start();
    await looked('polling');
    expect(billed()).toBeGreaterThan(0);
    expect(billed()).toBeLessThan(ALL_INPUT);
    appendFileSync(file, ROLLOUT.slice(half));
    await recorder.until('all of it', () => billed() === ALL_INPUT);
    // A tool may be told of again in other words; a message or a model call may not.
    expect(recorder.conflicts.filter((key) => !key.startsWith('agent:'))).toEqual([]);
    expect(recorder.rejects).toEqual([]);
  });

  test('goes on after a restart where it was, and reads nothing twice', async () => {
    writeFileSync(file, ROLLOUT);
    await source.start();
    await looked('polling');
    await source.stop();
    const { received } = recorder.counts;
    source = connect();
    await source.start();
    await looked('polling');
    await source.stop();
    // What it does itself is all that is new: polling, stopped.
    expect(recorder.counts.received).toBe(received + 2);
  });

  test('read again from the start changes nothing', async () => {
    writeFileSync(file, ROLLOUT);
    await source.start();
    await looked('polling');
    const before = recorder.of('usage').length + recorder.of('message').length;
    const { duplicate } = recorder.counts;
    writeFileSync(file, ROLLOUT.slice(0, ROLLOUT.indexOf('\n') + 1));
    await recorder.until('its head again', () => recorder.counts.duplicate > duplicate);
    writeFileSync(file, ROLLOUT);
    await recorder.until('all again', () => recorder.counts.duplicate >= duplicate + before);
    expect(recorder.of('usage').length + recorder.of('message').length).toBe(before);
    expect(billed()).toBe(ALL_INPUT);
  });

  test('says why while it is not there', async () => {
    rmSync(root, { recursive: true });
    await source.start();
    await looked('retrying');
    expect(recorder.of('source_status').at(-1)?.reason).toContain('ENOENT');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, ROLLOUT);
    await looked('polling');
    expect(billed()).toBe(ALL_INPUT);
  });

  test('keeps what a failing store refused for the next look', async () => {
    writeFileSync(file, ROLLOUT);
    recorder.failNext(1);
    await source.start();
    await looked('retrying');
    await looked('polling');
    expect(billed()).toBe(ALL_INPUT);
  });

  test('refuses a line that is too long, and reads on behind it', async () => {
    writeFileSync(file, `${'x'.repeat(100)}\nshort\nrest`);
    const handle = await open(file);
    const long = await readChunk(handle, { offset: 0, isSkipping: false }, 10);
    expect(long).toEqual({ lines: ['x'.repeat(11)], offset: 11, isSkipping: true });
    const skipped = await readChunk(handle, long, 10);
    expect(skipped).toEqual({ lines: [], offset: 101, isSkipping: false });
    const next = await readChunk(handle, skipped, 10);
    expect(next).toEqual({ lines: ['short'], offset: 107, isSkipping: false });
    expect((await readChunk(handle, next, 10)).lines).toEqual([]);
    await handle.close();
  });
});

describe('archived sessions beside the folder', () => {
  const half = ROLLOUT.indexOf('\n', ROLLOUT.length / 2) + 1;
  let live: string;
  let archived: string;
  beforeEach(() => {
    const sessions = path.join(root, 'sessions');
    live = path.join(sessions, NAME);
    archived = path.join(root, 'archived_sessions', path.basename(NAME));
    mkdirSync(path.dirname(live), { recursive: true });
    source = connect(sessions);
  });
  const archive = (): void => {
    mkdirSync(path.dirname(archived), { recursive: true });
    renameSync(live, archived);
  };

  test('are read', async () => {
    writeFileSync(live, ROLLOUT);
    archive();
    await source.start();
    await looked('polling');
    expect(billed()).toBe(ALL_INPUT);
  });

  test('are not read again, and go on where they were on either side of the move', async () => {
    writeFileSync(live, ROLLOUT.slice(0, half));
    await source.start();
    await looked('polling');
    const { received } = recorder.counts;
    archive();
    appendFileSync(archived, ROLLOUT.slice(half, -1));
    await recorder.until('what came with the move', () => recorder.counts.received > received);
    renameSync(archived, live);
    appendFileSync(live, '\n');
    await recorder.until('all of it', () => billed() === ALL_INPUT);
    expect(recorder.counts.duplicate).toBe(duplicatesOfOneReading());
    expect(recorder.rejects).toEqual([]);
  });

  /** Those within the file itself: agents are told of again and again. */
  function duplicatesOfOneReading(): number {
    const lines = ROLLOUT.trimEnd()
      .split('\n')
      .map((line) => readRolloutLine(line));
    const known = { state: newFile(THREAD, 'h'), ledger: null, host: 'h' };
    const keys = readRollout(lines, known).drafts.map(({ key }) => key);
    return keys.length - new Set(keys).size;
  }
});

describe('a thread told by its session file and by standard output', () => {
  let kit: TestApi;
  beforeEach(async () => {
    kit = await openTestApi();
    writeFileSync(file, ROLLOUT);
  });
  afterEach(() => kit.close());

  const outputs = ['codex-exec.jsonl', 'resume.jsonl'];
  const post = (name: string) =>
    kit.request('POST', '/v1/codex/exec?label=l', { body: fixture(name) });
  const readTo = async (size: number): Promise<void> => {
    const ingest = createIngest({
      store: kit.store,
      preparation: createPreparation({
        redactor: createRedactor({ profile: 'standard' }),
        pricer: createPricer(),
      }),
      publish: (events) => kit.organisms.publish(events),
      now: Date.now,
    });
    await readSession(
      { name: NAME, path: file, size, changedAt: 0 },
      {
        deliver: (delivery, organismId = 'codex') =>
          ingest.deliver({ source: 'codex', organismId }, delivery),
        getCursor: (name) => kit.store.getCursor('codex', name),
        host: 'h',
        isStopped: () => false,
      },
    );
  };
  const inputOf = async (): Promise<number> => {
    const events = await kit.store.readEvents({ since: 0, limit: 10_000 });
    const tokens = events.flatMap((event) => (event.type === 'usage' ? [event.tokens] : []));
    return promptTokens(tokens.reduce(addTokens, ZERO_TOKENS));
  };

  test.each([
    ['the file first', ['file', ...outputs]],
    ['standard output first', [...outputs, 'file']],
    ['the file in between', [outputs[0] ?? '', 'file', outputs[1] ?? '']],
  ])('is billed once: %s', async (_order, steps) => {
    for (const step of [...steps, ...steps]) {
      await (step === 'file' ? readTo(ROLLOUT.length) : post(step));
    }
    expect(await inputOf()).toBe(ALL_INPUT);
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });

  test('is billed once when the file is half written', async () => {
    const half = ROLLOUT.length / 2;
    writeFileSync(file, ROLLOUT.slice(0, half));
    await readTo(half);
    for (const name of outputs) await post(name);
    writeFileSync(file, ROLLOUT);
    await readTo(ROLLOUT.length);
    expect(await inputOf()).toBe(ALL_INPUT);
  });
});
