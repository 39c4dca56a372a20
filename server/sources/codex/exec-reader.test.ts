import { describe, expect, test } from 'vitest';

import type { EventDraft } from '#organism/event.ts';

import { createLineCutter } from '../session-files/line-cutter.ts';
import { NEW_EXEC, readExec } from './exec-reader.ts';
import { fixture } from './testing/fixtures.ts';
import { readExecLine } from './wire.ts';

const LAUNCH = { organismId: 'test', cwd: null, model: null, provider: null };

/** Reads a stream in the chunks it is given, each chunk's whole lines as one part. */
function readInChunks(chunks: readonly Buffer[]): EventDraft[] {
  const cutter = createLineCutter();
  const drafts: EventDraft[] = [];
  let state = NEW_EXEC;
  let ledgers: Parameters<typeof readExec>[2] = new Map();
  const take = (lines: readonly string[], isLast: boolean): void => {
    const read = lines.map((line) => readExecLine(line));
    const part = { invocation: 'one', launch: LAUNCH, lines: read, isLast, at: 7, isLive: true };
    const reading = readExec(part, state, ledgers);
    ({ state, ledgers } = reading);
    drafts.push(...reading.drafts);
  };
  for (const chunk of chunks) take(cutter.push(chunk), false);
  take(cutter.finish(), true);
  return drafts;
}

describe('a stream of codex exec', () => {
  test.each(['codex-exec.jsonl', 'failed-http-500.jsonl', 'interrupted.jsonl'])(
    '%s is the same cut at any byte',
    (name) => {
      const bytes = Buffer.from(fixture(name));
      const whole = JSON.stringify(readInChunks([bytes]));
      const cuts = Array.from({ length: bytes.length + 1 }, (_, at) => at);
      const others = cuts.filter(
        (at) => JSON.stringify(readInChunks([bytes.subarray(0, at), bytes.subarray(at)])) !== whole,
      );
      expect(others).toEqual([]);
      const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
      expect(readInChunks(single).length).toBeGreaterThan(0);
      expect(JSON.stringify(readInChunks(single))).toBe(whole);
    },
  );
});
