import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { Recorder } from '../testing/recorder.ts';
import { createRecorder } from '../testing/recorder.ts';
import { createCodexEndpoints } from './codex-receiver.ts';
import { readSession } from './session-reader.ts';
import { THREAD, fixture } from './testing/fixtures.ts';

/** Every sample, cut, repeated and overlapped at random, ends as it does in one piece. */

const NOW = 1_795_228_500_000;
const EXEC = ['codex-exec', 'resume', 'failed-http-401', 'failed-http-500', 'interrupted'] as const;
/** Of the whole; a double would nearly always be next to nothing. */
const share = fc.nat({ max: 10_000 }).map((parts) => parts / 10_000);
const shares = fc.array(share, { maxLength: 6 });

/** What was kept, by key; the order of what came twice is not part of it. */
function stateOf({ drafts, conflicts }: Recorder): object {
  expect(conflicts).toEqual([]);
  return Object.fromEntries(drafts.map((draft) => [draft.key, draft]));
}

/** What was said and used, and how each thread ended; a half that was cut off is told as such besides. */
function toldIn(recorder: Recorder): object {
  const said = recorder.of('message').map(({ threadId, from, to, payloadType, payload }) => {
    return { threadId, from, to, payloadType, payload };
  });
  const used = recorder.of('usage').map(({ threadId, tokens }) => ({ threadId, tokens }));
  const ends = recorder.of('thread_updated').map(({ threadId, status }) => [threadId, status]);
  return { said, used, ends: Object.fromEntries(ends) };
}

const answerSchema = z.object({ nextLine: z.number(), isEnded: z.boolean() });

function openEndpoint() {
  const recorder = createRecorder({ now: () => NOW });
  const [endpoint] = createCodexEndpoints({
    ...recorder.deps,
    deliver: (organismId, delivery) => recorder.deps.deliver(delivery, organismId),
    redact: (value: unknown) => value,
    threadTokens: async () => 0,
    stopAtTokens: null,
  });
  if (endpoint === undefined) throw new Error('codex has no endpoint');
  return {
    recorder,
    send: async (body: Buffer, query: Record<string, string>) => {
      const asked = new URLSearchParams({ label: 'test', invocation: 'one', ...query });
      const reply = await endpoint.receive({ headers: {}, query: asked, body });
      expect(reply.status).toBe(200);
      return answerSchema.parse(JSON.parse(String(reply.body)));
    },
    /** As a file, of which nobody says what it is of. */
    upload: async (body: Buffer) => {
      const query = new URLSearchParams({ label: 'test' });
      const reply = await endpoint.receive({ headers: {}, query, body });
      expect(reply.status).toBe(200);
    },
  };
}

/** Where the given line begins, counted from 1. */
function offsetOf(bytes: Buffer, line: number): number {
  let offset = 0;
  for (let n = 1; n < line; n += 1) offset = bytes.indexOf(10, offset) + 1;
  return offset;
}

describe('what codex exec prints', () => {
  test.each(EXEC)('%s: in parts that are cut anywhere, overlap and come again', async (name) => {
    const bytes = Buffer.from(fixture(`${name}.jsonl`));
    const whole = openEndpoint();
    await whole.send(bytes, { end: 'true' });
    const expected = stateOf(whole.recorder);
    const play = async (cuts: readonly number[], backs: readonly number[]): Promise<void> => {
      const { recorder, send } = openEndpoint();
      let nextLine = 1;
      for (const [index, cut] of cuts.entries()) {
        // From a line that was taken before, or from the next one.
        const line = Math.max(1, nextLine - Math.round((backs[index] ?? 0) * nextLine));
        const from = offsetOf(bytes, line);
        const to = Math.max(from, Math.round(cut * bytes.length));
        ({ nextLine } = await send(bytes.subarray(from, to), { line: String(line) }));
      }
      const end = { line: String(nextLine), end: 'true' };
      await send(bytes.subarray(offsetOf(bytes, nextLine)), end);
      await send(bytes, { end: 'true' });
      expect(stateOf(recorder)).toEqual(expected);
      expect(recorder.rejects).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(shares, shares, play), { numRuns: 60 });
  });

  test.each(EXEC)('%s: as two files, cut anywhere, with and without overlap', async (name) => {
    const bytes = Buffer.from(fixture(`${name}.jsonl`));
    const whole = openEndpoint();
    await whole.upload(bytes);
    const expected = toldIn(whole.recorder);
    const play = async (cut: number, shared: number): Promise<void> => {
      const { recorder, upload } = openEndpoint();
      const at = Math.round(cut * bytes.length);
      const from = Math.max(0, at - shared);
      const halves = [bytes.subarray(0, at), bytes.subarray(from)];
      for (const half of halves) await upload(half);
      expect(toldIn(recorder)).toEqual(expected);
      const before = stateOf(recorder);
      for (const file of [...halves, bytes, ...halves]) await upload(file);
      expect(stateOf(recorder)).toEqual(before);
    };
    // Less in common than this is not told apart from chance.
    const overlap = fc.oneof(fc.constant(0), fc.integer({ min: 8, max: bytes.length }));
    await fc.assert(fc.asyncProperty(share, overlap, play), { numRuns: 150 });
  });

  test('the two runs of a thread, each sent as a file and any number of times', async () => {
    const files = ['codex-exec.jsonl', 'resume.jsonl'].map((name) => Buffer.from(fixture(name)));
    const play = async (again: readonly number[]): Promise<void> => {
      const { recorder, send } = openEndpoint();
      // In their order at first: a total below the last one counts anew.
      for (const index of [0, 1, ...again]) {
        const file = files[index] ?? Buffer.of();
        await send(file, { invocation: `sha256:${index}`, end: 'true' });
      }
      const usage = recorder.of('usage').map(({ tokens }) => tokens.inputFresh + tokens.cacheRead);
      expect(usage).toEqual([10_850, 4900]);
      expect(recorder.conflicts).toEqual([]);
    };
    const again = fc.array(fc.nat({ max: 1 }), { maxLength: 6 });
    await fc.assert(fc.asyncProperty(again, play), { numRuns: 20 });
  });
});

/** A session file that is found to be of some length again and again. */
async function watch(steps: readonly { name: string; bytes: Buffer }[]): Promise<Recorder> {
  const root = mkdtempSync(path.join(tmpdir(), 'organoscope-codex-'));
  const recorder = createRecorder({ now: () => NOW });
  try {
    for (const { name, bytes } of steps) {
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      const facts = { name, path: file, size: bytes.length, changedAt: NOW };
      await readSession(facts, { ...recorder.deps, host: 'h', isStopped: () => false });
    }
    return recorder;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe('a session file', () => {
  const name = `2026/11/21/rollout-2026-11-21T02-34-21-${THREAD}.jsonl`;
  const plain = Buffer.from(fixture('rollout-trimmed.jsonl'));
  /** Of a build that does not number its lines. */
  const unnumbered = Buffer.from(plain.toString().replaceAll(/"ordinal":\d+,/g, ''));

  test.each([
    ['as captured', plain],
    ['without ordinals', unnumbered],
    ['with CRLF', Buffer.from(plain.toString().replaceAll('\n', '\r\n'))],
  ])('%s: grown, written anew, and beside copies of itself', async (_what, bytes) => {
    const expected = stateOf(await watch([{ name, bytes }]));
    const step = fc.record({ share, copy: fc.nat(2) });
    const play = async (steps: readonly { share: number; copy: number }[]): Promise<void> => {
      const seen = steps.map((found) => ({
        name: found.copy === 0 ? name : `archived/${found.copy}/${path.basename(name)}`,
        bytes: bytes.subarray(0, Math.round(found.share * bytes.length)),
      }));
      const recorder = await watch([...seen, { name, bytes }, ...seen]);
      expect(stateOf(recorder)).toEqual(expected);
      expect(recorder.rejects).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 6 }), play), { numRuns: 40 });
  });
});
