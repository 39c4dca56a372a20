import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { applyAll } from './apply.ts';
import { ARBITRARY_ORGANISM, arbitraryJournal } from './arbitrary-events.ts';
import type { OrganismSnapshot } from './snapshot.ts';
import { SNAPSHOT_VERSION, fromSnapshot, organismSnapshotSchema, toSnapshot } from './snapshot.ts';
import type { OrganismState } from './state.ts';
import { emptyOrganism } from './state.ts';

const EMPTY = emptyOrganism(ARBITRARY_ORGANISM);

function overTheWire(state: OrganismState): OrganismSnapshot {
  return organismSnapshotSchema.parse(JSON.parse(JSON.stringify(toSnapshot(state))));
}

describe('a snapshot', () => {
  it('comes back from JSON as the picture it was taken of', () => {
    fc.assert(
      fc.property(arbitraryJournal(), (events) => {
        const state = applyAll(EMPTY, events);
        expect(fromSnapshot(overTheWire(state))).toEqual(state);
      }),
    );
  });

  it('and later batches give the fold of all events', () => {
    fc.assert(
      fc.property(arbitraryJournal(), fc.nat(60), fc.nat(10), (events, reach, overlap) => {
        const taken = overTheWire(applyAll(EMPTY, events.slice(0, reach)));
        const later = events.slice(Math.max(0, reach - overlap));
        expect(applyAll(fromSnapshot(taken), later)).toEqual(applyAll(EMPTY, events));
      }),
    );
  });

  it('keeps a hostile configuration without becoming it', () => {
    const config = JSON.parse('{"__proto__": {"polluted": true}, "port": 8080}');
    const restored = fromSnapshot(overTheWire({ ...EMPTY, config }));
    expect(restored.config).toMatchObject({ port: 8080 });
    expect(Reflect.get(restored.config ?? {}, 'polluted')).toBeUndefined();
  });

  it.each([
    ['another version', { version: SNAPSHOT_VERSION + 1 }],
    ['an entity without its name', { agents: [{ description: 'nameless' }] }],
    ['a map where a list belongs', { threads: {} }],
    ['no position', { seq: undefined }],
  ])('is refused with %s', (_what, patch) => {
    const snapshot = { ...toSnapshot(EMPTY), ...patch };
    expect(organismSnapshotSchema.safeParse(toSnapshot(EMPTY)).success).toBe(true);
    expect(organismSnapshotSchema.safeParse(snapshot).success).toBe(false);
  });
});
