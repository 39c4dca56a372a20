import { describe, expect, it } from 'vitest';

import { createOrganisms } from './organisms.ts';
import { createSnapshotKeeper } from './snapshot-keeper.ts';
import { createTestJournal, messageDraft } from './test-kit.ts';
import { realTimers } from './timers.ts';

const LOG = { error: () => undefined };

function startKeeper() {
  const journal = createTestJournal();
  const organisms = createOrganisms({ store: journal });
  let tick = (): void => undefined;
  const keeper = createSnapshotKeeper({
    organisms,
    log: LOG,
    timers: {
      ...realTimers,
      setInterval(run) {
        tick = run;
        return () => undefined;
      },
    },
  });
  keeper.start();
  const publish = (prefix: string, count: number): void => {
    const drafts = Array.from({ length: count }, (_, i) => messageDraft(`${prefix}${i}`));
    organisms.publish(journal.append('one', drafts));
  };
  const savedSeqs = async () => (await journal.loadSnapshots(['one'])).map(({ seq }) => seq);
  return { keeper, publish, savedSeqs, tick: () => tick() };
}

describe('the keeper of snapshots', () => {
  it('saves on its clock what moved', async () => {
    const { publish, savedSeqs, tick } = startKeeper();
    publish('a', 3);
    expect(await savedSeqs()).toEqual([]);
    tick();
    expect(await savedSeqs()).toEqual([3]);
  });

  it('saves sooner when much has come, so that a start after a kill stays short', async () => {
    const { publish, savedSeqs } = startKeeper();
    publish('a', 49_999);
    expect(await savedSeqs()).toEqual([]);
    publish('b', 1);
    expect(await savedSeqs()).toEqual([50_000]);
  });

  it('saves at the end, and nothing after it', async () => {
    const { keeper, publish, savedSeqs } = startKeeper();
    publish('a', 3);
    await keeper.stop();
    expect(await savedSeqs()).toEqual([3]);
    publish('b', 60_000);
    expect(await savedSeqs()).toEqual([3]);
  });
});
