import { describe, expect, it } from 'vitest';

import { emptyOrganism } from '#organism/state.ts';

import type { LiveSubscriber } from './audience.ts';
import type { Channel } from './channel.ts';
import { createChannel } from './channel.ts';
import { createFrameMemory } from './frame-memory.ts';
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
    memory: createFrameMemory(),
  });
  organisms.onPublish((publication) => channel.publish(publication));
  const sizes: number[] = [];
  const subscriber = {
    onBatch(wire: Buffer) {
      sizes.push(wire.length);
      clockMs += flushCostMs();
      return true;
    },
  };
  return {
    channel,
    subscriber,
    sizes,
    emit(id: string) {
      organisms.publish(journal.append('one', [messageDraft(id)]));
    },
    /** Lets time pass while something runs. */
    spend(ms: number) {
      clockMs += ms;
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

const join = (channel: Channel, subscriber: LiveSubscriber) => channel.join(subscriber, EVERYTHING);

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

  it('holds what readers with a filter get back for two ticks while that is dear', () => {
    const kit = openChannel(() => 5);
    join(kit.channel, kit.subscriber);
    const heard: string[] = [];
    const reader = {
      onBatch(wire: Buffer) {
        heard.push(wire.toString());
        kit.spend(5);
        return true;
      },
    };
    kit.channel.join(reader, toSelection({ types: ['message'] }));
    const spans = () => heard.map((text) => /"from":(\d+),"to":(\d+)/.exec(text)?.slice(1));
    for (let n = 1; n <= 10; n += 1) {
      kit.emit(`m${n}`);
      kit.pass(100);
    }
    const handed = heard.length;
    kit.emit('m11');
    // 16 ms from the start of a flush that took 5, and handed out to the reader in 5 more.
    expect(kit.due()).toEqual([6]);
    kit.pass(6);
    expect(heard).toHaveLength(handed);
    // Nobody may publish again: it is handed out 32 ms after the last time.
    expect(kit.due()).toEqual([16]);
    kit.emit('m12');
    expect(kit.due()).toEqual([11]);
    kit.pass(11);
    expect(heard).toHaveLength(handed);
    kit.pass(0);
    expect(spans().slice(handed)).toEqual([['10', '12']]);
    // Who flushes by hand finds everybody served.
    kit.emit('m13');
    kit.channel.flush();
    expect(spans().at(-1)?.[1]).toBe('13');
    const ends = spans().map((span) => span?.[1]);
    expect(spans().map((span) => span?.[0])).toEqual(['0', ...ends.slice(0, -1)]);
    expect(heard.join('').match(/"id":"m\d+"/g)).toHaveLength(13);
  });

  it('writes out nothing between two times when all who read have a filter', () => {
    const kit = openChannel(() => 5);
    kit.channel.join(kit.subscriber, toSelection({ types: ['message'] }));
    for (let n = 1; n <= 10; n += 1) {
      kit.emit(`m${n}`);
      kit.pass(100);
    }
    const handed = kit.sizes.length;
    kit.emit('m11');
    expect(kit.due()).toEqual([27]);
    // One who reads everything waits for nobody.
    join(kit.channel, { onBatch: (wire) => kit.sizes.push(wire.length) > 0 });
    kit.emit('m12');
    expect(kit.due()).toEqual([null]);
    kit.pass(0);
    expect(kit.sizes).toHaveLength(handed + 1);
    expect(kit.due()).toEqual([27]);
    kit.pass(27);
    expect(kit.sizes).toHaveLength(handed + 2);
  });

  it('leaves a batch that is not all sent as it is, and writes over one that is', () => {
    const kit = openChannel(() => 0);
    const wires: Buffer[] = [];
    const texts: string[] = [];
    let hasLeft = false;
    const reader = {
      onBatch(wire: Buffer) {
        wires.push(wire);
        texts.push(wire.toString());
        return hasLeft;
      },
    };
    kit.channel.join(reader, toSelection({ types: ['message'] }));
    for (let n = 1; n <= 6; n += 1) {
      hasLeft = n > 3;
      kit.emit(`m${n}`);
      kit.pass(100);
    }
    expect(texts).toHaveLength(6);
    expect(wires.slice(0, 3).map(String)).toEqual(texts.slice(0, 3));
    expect(wires[4]?.buffer).toBe(wires[5]?.buffer);
    expect(wires[4]?.toString()).not.toBe(texts[4]);
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
