import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { makeBatch, makeDataDir, makeMessage, openTestStore } from '#db/sqlite/store-fixtures.ts';
import type { SqliteStore } from '#db/sqlite/store.ts';
import { applyAll } from '#organism/apply.ts';
import { HOUR_MS } from '#organism/durations.ts';
import { emptyOrganism } from '#organism/state.ts';

import { cardOf } from './organism-card.ts';
import { createOrganisms } from './organisms.ts';
import { agentDraft, createTestJournal, messageDraft } from './test-kit.ts';

const MAX_HOT = 5;
const MANY = 40;
const names = Array.from({ length: MANY }, (_, i) => `organism-${String(i).padStart(2, '0')}`);

/** A clock that stands where the test puts it. */
function createHandClock() {
  let now = 0;
  return { monotonicMs: () => now, pass: (ms: number) => void (now += ms) };
}

/** Appends a message to each organism and publishes it, as ingest does. */
async function tellAll(
  { store, organisms }: { store: SqliteStore; organisms: ReturnType<typeof createOrganisms> },
  id: string,
): Promise<void> {
  for (const organismId of names) {
    const batch = makeBatch([makeMessage(`${organismId}-${id}`)], { organismId });
    organisms.publish((await store.append(batch)).stored);
  }
}

/** The picture as the journal alone tells it. */
async function foldOf(store: Pick<SqliteStore, 'readEvents'>, organismId: string) {
  const events = await store.readEvents({ organismId, since: 0, limit: 1000 });
  return applyAll(emptyOrganism(organismId), events);
}

describe('pictures of more organisms than there is room for', () => {
  it('are whole when they come back, also after a restart, with few in memory', async () => {
    const dataDir = await makeDataDir();
    const store = await openTestStore({ dataDir });
    const before = createOrganisms({ store, maxHot: MAX_HOT });
    for (const round of ['a', 'b', 'c']) {
      await tellAll({ store, organisms: before }, round);
      expect(before.stats().hot).toBeLessThanOrEqual(MAX_HOT);
      await before.saveSnapshots();
    }
    for (const name of names) {
      expect(await before.fetch(name)).toEqual(await foldOf(store, name));
      expect(before.stats().hot).toBeLessThanOrEqual(MAX_HOT);
    }
    expect(before.stats().putAway).toBeGreaterThanOrEqual(MANY - MAX_HOT);
    await before.saveSnapshots();
    await tellAll({ store, organisms: before }, 'unsaved');
    await store.close();

    const again = await openTestStore({ dataDir });
    const after = createOrganisms({ store: again, maxHot: MAX_HOT });
    await after.restore();
    expect(after.stats().hot).toBe(MAX_HOT);
    expect(after.list().map(({ organismId }) => organismId)).toEqual(names);
    expect(names.filter((name) => after.get(name) !== undefined)).toEqual(names.slice(-MAX_HOT));
    for (const name of names) {
      const whole = await foldOf(again, name);
      expect(whole.counts.messages).toBe(4);
      expect(after.card(name)).toEqual(cardOf(whole));
      expect(await after.fetch(name)).toEqual(whole);
      expect(after.stats().hot).toBeLessThanOrEqual(MAX_HOT);
    }
  });

  it('are the fold of the journal, whatever comes and goes', async () => {
    const some = names.slice(0, 6);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('tell' as const), name: fc.constantFrom(...some) }),
      fc.record({ kind: fc.constant('ask' as const), name: fc.constantFrom(...some) }),
      fc.record({ kind: fc.constant('watch' as const), name: fc.constantFrom(...some) }),
      fc.record({ kind: fc.constant('leave' as const) }),
      fc.record({ kind: fc.constant('save' as const) }),
      fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const journal = createTestJournal();
        const clock = createHandClock();
        const { monotonicMs } = clock;
        const organisms = createOrganisms({ store: journal, maxHot: 2, monotonicMs });
        const underway: Promise<unknown>[] = [];
        const releases: (() => void)[] = [];
        const watch = async (name: string): Promise<void> => {
          const hold = await organisms.hold(name);
          if (hold !== null) releases.push(() => hold.release());
        };
        for (const [index, each] of steps.entries()) {
          if (each.kind === 'tell') {
            organisms.publish(journal.append(each.name, [messageDraft(`m${index}`)]));
          } else if (each.kind === 'ask') underway.push(organisms.fetch(each.name));
          else if (each.kind === 'watch') {
            underway.push(watch(each.name));
          } else if (each.kind === 'leave') releases.shift()?.();
          else if (each.kind === 'save') underway.push(organisms.saveSnapshots());
          else clock.pass(each.minutes * 60_000);
          // Some of what was begun goes on beneath the next steps.
          if (index % 3 === 0) await Promise.resolve();
        }
        await Promise.all(underway);
        releases.forEach((release) => release());
        for (const name of organisms.names()) {
          expect(await organisms.fetch(name)).toEqual(await foldOf(journal, name));
        }
        await organisms.saveSnapshots();
        expect(organisms.stats().hot).toBeLessThanOrEqual(2);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a picture', () => {
  it('comes back with an event, and what is published while it is read is in it once', async () => {
    const journal = createTestJournal();
    const clock = createHandClock();
    let onRead: () => void = () => undefined;
    const store = {
      ...journal,
      async readEvents(query: Parameters<typeof journal.readEvents>[0]) {
        const events = await journal.readEvents(query);
        onRead();
        return events;
      },
    };
    const organisms = createOrganisms({ store, monotonicMs: clock.monotonicMs });
    organisms.publish(journal.append('one', [messageDraft('m1')]));
    organisms.publish(journal.append('two', [messageDraft('m2')]));
    clock.pass(HOUR_MS);
    await organisms.saveSnapshots();
    expect(organisms.stats().hot).toBe(0);

    onRead = () => {
      onRead = () => undefined;
      organisms.publish(journal.append('one', [messageDraft('m4')]));
    };
    organisms.publish(journal.append('one', [messageDraft('m3')]));
    await expect.poll(() => organisms.get('one')).toBeDefined();
    const { counts, recentMessages } = (await organisms.fetch('one')) ?? {};
    expect(recentMessages?.map(({ id }) => id)).toEqual(['m1', 'm3', 'm4']);
    expect(counts?.messages).toBe(3);
    expect(organisms.stats()).toEqual({ hot: 1, putAway: 2, broughtBack: 1 });
  });

  it('stays while it is held or configured, and leaves after an hour in which nobody used it', async () => {
    const store = createTestJournal();
    const clock = createHandClock();
    const organisms = createOrganisms({ store, monotonicMs: clock.monotonicMs });
    organisms.ensure('configured');
    for (const name of ['configured', 'held', 'idle', 'used']) {
      organisms.publish(store.append(name, [agentDraft('planner'), messageDraft(name)]));
    }
    const left: string[] = [];
    organisms.onPutAway((organismId) => left.push(organismId));
    const hold = await organisms.hold('held');
    clock.pass(HOUR_MS - 1);
    await organisms.fetch('used');
    clock.pass(1);
    await organisms.saveSnapshots();
    expect(left).toEqual(['idle']);
    expect(organisms.card('idle')).toMatchObject({ agentCount: 1, name: 'idle' });
    expect(organisms.names()).toEqual(['configured', 'held', 'idle', 'used']);

    hold?.release();
    hold?.release();
    await organisms.saveSnapshots();
    expect(left).toEqual(['idle', 'held']);
    expect(organisms.get('configured')?.counts.messages).toBe(1);
  });

  it('stays for who comes while it is written', async () => {
    const journal = createTestJournal();
    const clock = createHandClock();
    let onSave: () => void = () => undefined;
    const organisms = createOrganisms({
      store: {
        ...journal,
        async saveSnapshot(snapshot) {
          await journal.saveSnapshot(snapshot);
          onSave();
        },
      },
      maxHot: 1,
      monotonicMs: clock.monotonicMs,
    });
    organisms.publish(journal.append('one', [messageDraft('m1')]));
    organisms.publish(journal.append('two', [messageDraft('m2')]));
    const holds: Promise<unknown>[] = [];
    onSave = () => void holds.push(organisms.hold('one'));
    await organisms.fetch('two');
    await Promise.all(holds);
    expect(holds).toHaveLength(1);
    expect(organisms.get('one')?.counts.messages).toBe(1);
    expect(organisms.stats().putAway).toBe(0);
  });

  it('stays in memory when the store cannot take it', async () => {
    const journal = createTestJournal();
    const clock = createHandClock();
    let isBroken = true;
    const organisms = createOrganisms({
      store: {
        ...journal,
        saveSnapshot: (snapshot) =>
          isBroken ? Promise.reject(new Error('no room')) : journal.saveSnapshot(snapshot),
      },
      monotonicMs: clock.monotonicMs,
    });
    organisms.publish(journal.append('one', [messageDraft('m1')]));
    clock.pass(HOUR_MS);
    await expect(organisms.saveSnapshots()).rejects.toThrow('no room');
    expect(organisms.get('one')?.counts.messages).toBe(1);
    isBroken = false;
    await organisms.saveSnapshots();
    expect(organisms.get('one')).toBeUndefined();
    expect((await organisms.fetch('one'))?.counts.messages).toBe(1);
  });
});
