import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { LabHermes } from '#lab/hermes/server.ts';
import { createLabHermes } from '#lab/hermes/server.ts';

import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import { eventsOf, openRunStream } from './run-stream.ts';
import type { SseItem } from './sse-reader.ts';

/** A clock that a test moves; the wire is real. */
function createTestClock() {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    elapsed: () => now,
    schedule(delayMs: number, run: () => void) {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms: number) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { run } of due) run();
    },
  };
}

let lab: LabHermes;
let url: string;
beforeEach(async () => {
  lab = createLabHermes({ paceMs: null });
  ({ url } = await lab.start());
});
afterEach(() => lab.stop());

describe('the stream of a run', () => {
  test('11: keepalives hold a silent stream; without them it ends after 90 s', async () => {
    const clock = createTestClock();
    const run = lab.hall.open('s');
    if (run === null) throw new Error('no slot');
    const opened = await openRunStream({
      url: parseUpstreamUrl(url),
      apiKey: undefined,
      ask: eventsOf(run.id),
      signal: new AbortController().signal,
      ...clock,
    });
    if (opened.kind !== 'open') throw new Error(opened.kind);
    const items: SseItem[] = [];
    let onItem: () => void = () => undefined;
    const next = () =>
      new Promise<void>((resolve) => {
        onItem = resolve;
      });
    const ended = opened.stream.read(async (read) => {
      items.push(...read);
      // The stream counts as heard once this is over.
      setImmediate(onItem);
    });
    for (let count = 0; count < 5; count += 1) {
      clock.advance(31_000);
      const heard = next();
      lab.hall.comment(run);
      await heard;
    }
    expect(items.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'keepalive'));
    clock.advance(89_000);
    const heard = next();
    lab.hall.comment(run);
    await heard;
    clock.advance(91_000);
    expect(await ended).toBe('nothing was heard for 90 s');
  });

  test('a run that is unknown or was drained answers 404', async () => {
    const { signal } = new AbortController();
    const options = { url: parseUpstreamUrl(url), apiKey: undefined, signal, ...createTestClock() };
    const opened = await openRunStream({ ...options, ask: eventsOf('run_none') });
    expect(opened).toMatchObject({ kind: 'refused', status: 404 });
  });
});
