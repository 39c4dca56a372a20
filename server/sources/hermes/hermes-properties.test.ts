import { readFileSync } from 'node:fs';
import path from 'node:path';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createLabHermes } from '#lab/hermes/server.ts';
import type { EventDraft } from '#organism/event.ts';

import { createRecorder } from '../testing/recorder.ts';
import { createCast } from './cast.ts';
import { createHermesSource } from './hermes-source.ts';
import { createRunReader } from './run-reader.ts';
import type { SseItem } from './sse-reader.ts';
import { createSseReader } from './sse-reader.ts';

const FIXTURES = path.join(import.meta.dirname, 'testing/fixtures');
const FACTS = {
  runId: 'run_1',
  sessionId: 's',
  instance: 'http://lab/hermes-agent',
  agent: 'hermes-agent',
  model: 'hermes-agent',
  provider: 'hermes',
};

type Decode = (chunks: readonly Buffer[]) => SseItem[];

function decode(chunks: readonly Buffer[]): SseItem[] {
  const sse = createSseReader();
  return chunks.flatMap((chunk) => sse.push(chunk));
}

function draftsOf(items: readonly SseItem[]): EventDraft[] {
  const reader = createRunReader(FACTS, createCast());
  const drafts: EventDraft[] = [];
  for (const item of items) {
    if (item.kind === 'data')
      drafts.push(...reader.read(item.text, { event: item.event, at: 0 }).drafts);
  }
  return drafts;
}

const places = fc.array(fc.nat({ max: 10_000 }), { maxLength: 12 });

/** What each sentence begins with, so that cuts meet the inside of characters. */
const LEAVES = '🌿'.repeat(8);

/** Whether it reads the same of a stream in one piece and of one in pieces. */
function isSameInPieces(name: string, decodePieces: Decode) {
  const sample = readFileSync(path.join(FIXTURES, name), 'utf8');
  const plain = sample.replaceAll(/:"(?=[A-Z])/g, `:"${LEAVES}`);
  const expected = draftsOf(decode([Buffer.from(plain)]));
  const play = (cuts: readonly number[], comments: readonly number[], lineEnd: string): void => {
    const blocks = plain.split('\n\n');
    for (const at of comments) {
      blocks.splice(at % blocks.length, 0, ': keepalive\nid: 7\nretry: 10\nmood: good');
    }
    const bytes = Buffer.from(blocks.join('\n\n').replaceAll('\n', lineEnd));
    const ends = cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b);
    const starts = [0, ...ends];
    const chunks = starts.map((start, index) => bytes.subarray(start, ends[index]));
    expect(draftsOf(decodePieces(chunks))).toEqual(expected);
  };
  return fc.property(places, places, fc.constantFrom('\n', '\r\n', '\r'), play);
}

test.each(['run-events-success.sse', 'run-events-failed.sse', 'run-events-newer.sse'])(
  '%s: cut anywhere, with any line ends, comments in between and fields nobody knows',
  (name) => {
    const { failed, counterexample } = fc.check(isSameInPieces(name, decode), { numRuns: 200 });
    expect({ failed, counterexample }).toEqual({ failed: false, counterexample: null });
  },
);

test.each<[string, Decode]>([
  ['the rest of a line', (chunks) => chunks.flatMap((chunk) => decode([chunk]))],
  [
    'the rest of a character',
    (chunks) => decode(chunks.map((chunk) => Buffer.from(chunk.toString('utf8')))),
  ],
])('the control: a reader that forgets %s between two pieces is found out', (_, decodePieces) => {
  const property = isSameInPieces('run-events-success.sse', decodePieces);
  const { failed } = fc.check(property, { numRuns: 1000, endOnFailure: true });
  expect(failed).toBe(true);
});

const step = fc.record({
  messages: fc.nat(40),
  after: fc.constantFrom('nothing', 'read', 'restart'),
});

test("others' sessions: however they grow, each message and each token counts once", async () => {
  const play = async (steps: readonly { messages: number; after: string }[]): Promise<void> => {
    const lab = createLabHermes({ paceMs: null });
    const { url } = await lab.start();
    const recorder = createRecorder();
    const intervals = { healthMs: 5, jobsMs: 60_000, sessionsMs: 5 };
    const config = { name: 'lab', url, organismId: 'lab', intervals };
    let source = createHermesSource(config, recorder.deps);
    const lists = () => lab.requests.filter((request) => request.path === '/api/sessions').length;
    /** What the first list from now on brings is read before the third is asked for. */
    const readAll = async (): Promise<void> => {
      const before = lists();
      while (lists() < before + 3) await new Promise(setImmediate);
    };
    try {
      await source.start();
      let now = Date.now();
      for (const { messages, after } of steps) {
        lab.sessions.grow(messages, (now += 1000));
        if (after === 'read') await readAll();
        if (after !== 'restart') continue;
        await source.stop();
        source = createHermesSource(config, recorder.deps);
        await source.start();
      }
      await readAll();
      const total = steps.reduce((sum, { messages }) => sum + messages, 0);
      await recorder.until('the transcripts', () => recorder.of('message').length === total);
      const billed = recorder.of('usage').reduce((sum, { tokens }) => sum + tokens.inputFresh, 0);
      expect(billed).toBe(lab.sessions.list().reduce((sum, row) => sum + row.input_tokens, 0));
      expect(recorder.conflicts).toEqual([]);
    } finally {
      await source.stop();
      await lab.stop();
    }
  };
  const steps = fc.array(step, { minLength: 1, maxLength: 6 });
  await fc.assert(fc.asyncProperty(steps, play), { numRuns: 15 });
});
