import { describe, expect, it } from 'vitest';

import { createOrganisms } from './organisms.ts';
import { agentDraft, createTestJournal, messageDraft } from './test-kit.ts';

describe('organisms', () => {
  it('fold what is published and tell the listeners', () => {
    const store = createTestJournal();
    const organisms = createOrganisms({ store });
    const heard: [string, number, number][] = [];
    const release = organisms.onPublish(({ organismId, before, state }) =>
      heard.push([organismId, before.seq, state.seq]),
    );
    organisms.publish(store.append('one', [messageDraft('m1'), messageDraft('m2')]));
    organisms.publish([
      ...store.append('one', [messageDraft('m3')]),
      ...store.append('two', [messageDraft('m4')]),
    ]);
    release();
    organisms.publish(store.append('one', [messageDraft('m5')]));
    expect(heard).toEqual([
      ['one', 0, 2],
      ['one', 2, 3],
      ['two', 0, 4],
    ]);
    expect(organisms.get('one')?.counts.messages).toBe(4);
  });

  it('come back from snapshots and the journal after them', async () => {
    const store = createTestJournal();
    const before = createOrganisms({ store });
    before.publish(store.append('one', [agentDraft('planner'), messageDraft('m1')]));
    await before.saveSnapshots();
    before.publish(store.append('one', [messageDraft('m2')]));
    before.publish(store.append('two', [messageDraft('m3')]));

    const after = createOrganisms({ store });
    expect(await after.restore()).toBe(2);
    expect(after.get('one')).toEqual(before.get('one'));
    expect(after.get('two')).toEqual(before.get('two'));
    expect(store.reads.map(({ since }) => since)).toContain(2);
  });

  it('save only what moved', async () => {
    const store = createTestJournal();
    const saved: string[] = [];
    const organisms = createOrganisms({
      store: { ...store, saveSnapshot: async ({ organismId }) => void saved.push(organismId) },
    });
    organisms.publish(store.append('one', [messageDraft('m1')]));
    organisms.ensure('empty');
    await organisms.saveSnapshots();
    await organisms.saveSnapshots();
    organisms.publish(store.append('two', [messageDraft('m2')]));
    await organisms.saveSnapshots();
    expect(saved).toEqual(['one', 'two']);
  });

  it('stand before the mere name of a source that brings organisms of its own', () => {
    const store = createTestJournal();
    const organisms = createOrganisms({ store });
    organisms.ensure('codex');
    organisms.publish(store.append('machine/folder', [messageDraft('m1'), agentDraft('codex')]));
    const status = { type: 'source_status' as const, occurredAt: 1, since: 1, socketMode: null };
    organisms.publish(
      store.append('codex', [{ ...status, key: 's1', state: 'retrying' as const }]),
    );
    expect(organisms.find(null)).toBe('codex');
    organisms.publish(store.append('codex', [{ ...status, key: 's2', state: 'polling' as const }]));
    expect(organisms.find(null)).toBe('machine/folder');
    expect(organisms.list().map(({ organismId }) => organismId)).toEqual([
      'machine/folder',
      'codex',
    ]);
  });

  it('are found by name, by being first, or not at all', () => {
    const store = createTestJournal();
    const organisms = createOrganisms({ store });
    expect(organisms.find(undefined)).toBeNull();
    organisms.publish(store.append('aaa', [messageDraft('m1')]));
    expect(organisms.find(undefined)).toBe('aaa');
    organisms.ensure('zzz');
    organisms.ensure('mmm');
    expect(organisms.list().map(({ organismId }) => organismId)).toEqual(['zzz', 'mmm', 'aaa']);
    expect(organisms.find(null)).toBe('zzz');
    expect(organisms.find('aaa')).toBe('aaa');
    expect(organisms.find('nobody')).toBeNull();
  });
});
