import { describe, expect, it } from 'vitest';

import { emptyOrganism } from '#organism/state.ts';

import type { Channel } from './channel.ts';
import { createChannel } from './channel.ts';
import { EVERYTHING, toSelection } from './live-selection.ts';
import { createOrganisms } from './organisms.ts';
import { createTestJournal, messageDraft } from './test-kit.ts';
import type { Timers } from './timers.ts';

interface Waiting {
  readonly run: () => void;
  /** Null: on the event loop's next turn. */
  readonly afterMs: number | null;
}

/** A channel whose clock stands still until a test moves it. */
function openChannel(flushCostMs: () => number) {
  let clockMs = 1000;
  let waiting: Waiting[] = [];
  const wait = (run: () => void, afterMs: number | null) => {
    const entry = { run, afterMs };
    waiting.push(entry);
    return () => {
      waiting = waiting.filter((other) => other !== entry);
    };
  };
  const timers: Timers = {
    setInterval: wait,
    setTimeout: wait,
    setImmediate: (run) => wait(run, null),
    monotonicMs: () => clockMs,
  };
  const journal = createTestJournal();
  const organisms = createOrganisms({ store: journal });
  const channel = createChannel({
    initial: emptyOrganism('one'),
    epoch: 'e',
    now: () => 0,
    timers,
  });
  organisms.onPublish((publication) => channel.publish(publication));
  const sizes: number[] = [];
  const subscriber = {
    onBatch(wire: Buffer) {
      sizes.push(wire.length);
      clockMs += flushCostMs();
    },
  };
  return {
    channel,
    subscriber,
    sizes,
    emit(id: string) {
      organisms.publish(journal.append('one', [messageDraft(id)]));
    },
    due: () => waiting.map(({ afterMs }) => afterMs),
    /** Lets time pass and runs what is due by then. */
    pass(ms: number) {
      clockMs += ms;
      const due = waiting;
      waiting = [];
      for (const { run } of due) run();
    },
  };
}

const join = (channel: Channel, subscriber: { onBatch(wire: Buffer): void }) =>
  channel.join(subscriber, EVERYTHING);

describe('channel', () => {
  it('sends at once while that is cheap, one batch for each turn of the event loop', () => {
    const kit = openChannel(() => 0.05);
    join(kit.channel, kit.subscriber);
    for (let n = 0; n < 20; n += 1) {
      kit.emit(`a${n}`);
      kit.emit(`b${n}`);
      expect(kit.due()).toEqual([null]);
      kit.pass(0);
    }
    expect(kit.sizes).toHaveLength(20);
    expect(kit.due()).toEqual([]);
  });

  it('gathers over a tick when sending is dear', () => {
    const kit = openChannel(() => 5);
    join(kit.channel, kit.subscriber);
    for (let n = 0; n < 10; n += 1) {
      kit.emit(`m${n}`);
      kit.pass(0);
    }
    kit.emit('x');
    kit.emit('y');
    // 16 ms from the start of a flush that took 5.
    expect(kit.due()).toEqual([11]);
    kit.pass(11);
    kit.pass(100);
    kit.emit('after a quiet spell');
    expect(kit.due()).toEqual([null]);
  });

  it('gathers two ticks for readers with a filter, and no more when nothing follows', () => {
    const kit = openChannel(() => 5);
    join(kit.channel, kit.subscriber);
    const heard: string[] = [];
    const reader = { onBatch: (wire: Buffer) => void heard.push(wire.toString()) };
    kit.channel.join(reader, toSelection({ types: ['message'] }));
    const spans = () => heard.map((text) => /"from":(\d+),"to":(\d+)/.exec(text)?.slice(1));
    for (let n = 1; n <= 10; n += 1) {
      kit.emit(`m${n}`);
      kit.pass(100);
    }
    // Held back or not, it is handed out by then.
    kit.pass(100);
    const handed = heard.length;
    kit.emit('m11');
    kit.pass(100);
    expect(heard).toHaveLength(handed);
    kit.emit('m12');
    kit.pass(100);
    expect(heard).toHaveLength(handed + 1);
    kit.emit('m13');
    kit.pass(100);
    expect(heard).toHaveLength(handed + 1);
    kit.pass(100);
    expect(heard).toHaveLength(handed + 2);
    // Who flushes by hand finds everybody served.
    kit.emit('m14');
    kit.channel.flush();
    expect(spans().at(-1)?.[1]).toBe('14');
    const ends = spans().map((span) => span?.[1]);
    expect(spans().map((span) => span?.[0])).toEqual(['0', ...ends.slice(0, -1)]);
    expect(heard.join('').match(/"id":"m\d+"/g)).toHaveLength(14);
  });

  it('writes nothing out for nobody, once those who left had time to come back', () => {
    const kit = openChannel(() => 0);
    const membership = join(kit.channel, kit.subscriber);
    membership.leave();
    kit.emit('m1');
    expect(kit.due()).toEqual([null]);
    kit.pass(0);
    expect(kit.channel.batchesAfter(0, EVERYTHING)).not.toBeNull();
    kit.pass(31_000);
    kit.emit('m2');
    expect(kit.due()).toEqual([]);
    expect(kit.channel.position).toBe(2);
    expect(kit.channel.batchesAfter(0, EVERYTHING)).toBeNull();
    expect(kit.channel.batchesAfter(2, EVERYTHING)).toEqual([]);
    join(kit.channel, kit.subscriber);
    kit.emit('m3');
    kit.pass(0);
    expect(kit.channel.batchesAfter(2, EVERYTHING)).not.toBeNull();
  });
});
