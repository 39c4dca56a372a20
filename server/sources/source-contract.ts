import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Source, SourceDeps } from './source.ts';
import type { Recorder } from './testing/recorder.ts';
import { createRecorder } from './testing/recorder.ts';

/** One upstream under a test's control, as every source's contract run needs it. */
export interface ContractUpstream {
  createSource(deps: SourceDeps): Source;
  /** Lets the upstream emit about this many events now. */
  play(events: number): void;
  /** Keys of everything the source must have stored by now, each exactly once. */
  expectedKeys(): readonly string[];
  /** Which of the stored keys `expectedKeys` speaks of. */
  isExpectable(key: string): boolean;
  /** Whether the live wire, not only polling, is in use: meddling with it takes effect. */
  isLive(recorder: Recorder): boolean;
  /** Puts inputs on the wire that no reader accepts. @returns how many */
  sendMalformed(): number;
  /** Puts the first half of an input on the wire and ends it there. */
  sendPartial(): void;
  /** From now on the live wire brings every input twice. */
  repeatInputs(): void;
  /** From now on the live wire brings inputs in another order. */
  shuffleInputs(): void;
  /** Cuts every connection and refuses new ones. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
  openConnections(): number;
  stop(): Promise<void>;
}

const ALL_IN_ORDER = {
  missing: [] as string[],
  surplus: [] as string[],
  repeated: [] as string[],
  conflicts: [] as string[],
  unaccounted: 0,
};

/** What every source promises, whatever its wire: run it in the source's own test file. */
export function describeSource(name: string, start: () => Promise<ContractUpstream>): void {
  describe(`${name} keeps the contract of a source`, () => {
    let upstream: ContractUpstream;
    let recorder: Recorder;
    let source: Source;

    beforeEach(async () => {
      upstream = await start();
      recorder = createRecorder();
      source = upstream.createSource(recorder.deps);
    });
    afterEach(async () => {
      await source.stop();
      await upstream.stop();
    });

    async function startLive(): Promise<void> {
      await source.start();
      // A source may need news to find out what its wire carries: each delivery brings more.
      await recorder.until('a live wire', () => {
        const isLive = upstream.isLive(recorder);
        if (!isLive) upstream.play(5);
        return isLive;
      });
    }

    /** Waits for everything and tells what is wrong with it. */
    async function settle(): Promise<typeof ALL_IN_ORDER> {
      await recorder.until('everything the upstream has', () => missingKeys().length === 0);
      const expected = new Set(upstream.expectedKeys());
      const keys = recorder.drafts.map((draft) => draft.key);
      const { received, accepted, duplicate, rejected } = recorder.counts;
      return {
        missing: missingKeys(),
        surplus: keys.filter((key) => upstream.isExpectable(key) && !expected.has(key)),
        repeated: keys.filter((key, index) => keys.indexOf(key) !== index),
        conflicts: [...recorder.conflicts],
        unaccounted: received - accepted - duplicate - rejected,
      };
    }

    function missingKeys(): string[] {
      const stored = new Set(recorder.drafts.map((draft) => draft.key));
      return upstream.expectedKeys().filter((key) => !stored.has(key));
    }

    test('valid input is stored once, what was there before it and what comes after', async () => {
      upstream.play(300);
      await startLive();
      upstream.play(300);
      expect(await settle()).toEqual(ALL_IN_ORDER);
      expect(upstream.expectedKeys().length).toBeGreaterThan(100);
      expect(recorder.rejects).toEqual([]);
    });

    test('malformed input is rejected, counted, and stops nothing', async () => {
      await startLive();
      const sent = upstream.sendMalformed();
      upstream.play(200);
      expect(await settle()).toEqual(ALL_IN_ORDER);
      await recorder.until('the rejects', () => recorder.rejects.length >= sent);
      expect(recorder.rejects).toHaveLength(sent);
      expect(Object.prototype).not.toHaveProperty('polluted');
    });

    test('a partial input loses nothing', async () => {
      await startLive();
      upstream.play(100);
      upstream.sendPartial();
      upstream.play(100);
      expect(await settle()).toEqual(ALL_IN_ORDER);
    });

    test('repeated input counts once', async () => {
      await startLive();
      upstream.repeatInputs();
      upstream.play(200);
      expect(await settle()).toEqual(ALL_IN_ORDER);
    });

    test('input out of order is stored all the same', async () => {
      await startLive();
      upstream.shuffleInputs();
      upstream.play(200);
      expect(await settle()).toEqual(ALL_IN_ORDER);
    });

    test('what was emitted during an outage is there after it', async () => {
      await startLive();
      upstream.play(100);
      await upstream.disconnect();
      upstream.play(200);
      await recorder.until('the outage is told', () => lastState(recorder) === 'retrying');
      await upstream.reconnect();
      upstream.play(100);
      expect(await settle()).toEqual(ALL_IN_ORDER);
    });

    test('a stop ends everything, and the next start goes on from the cursor', async () => {
      await startLive();
      upstream.play(500);
      await source.stop();
      await source.stop();
      const delivered = recorder.deliveries.length;
      expect(lastState(recorder)).toBe('stopped');
      await vi.waitFor(() => expect(upstream.openConnections()).toBe(0));
      upstream.play(200);
      expect(recorder.deliveries).toHaveLength(delivered);
      const outcome = await source.control({ kind: 'reload' });
      expect(outcome.kind).toBe('not-sent');

      source = upstream.createSource(recorder.deps);
      await source.start();
      expect(await settle()).toEqual(ALL_IN_ORDER);
    });

    test('a slow store holds the source back without losing anything', async () => {
      await startLive();
      recorder.hold();
      upstream.play(2000);
      recorder.release();
      expect(await settle()).toEqual(ALL_IN_ORDER);
      expect(recorder.mostAtOnce).toBe(1);
    });

    test('what a failing store refuses is kept and delivered later', async () => {
      await startLive();
      recorder.failNext(2);
      upstream.play(200);
      expect(await settle()).toEqual(ALL_IN_ORDER);
    });
  });
}

function lastState(recorder: Recorder): string | undefined {
  return recorder.of('source_status').at(-1)?.state;
}
