import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { EventDraft } from '#organism/event.ts';

import { createBatchIndex } from './batch-index.ts';
import { toSelection } from './live-selection.ts';
import { subjectOf } from './socket-filters.ts';
import { agentDraft, createTestJournal, messageDraft } from './test-kit.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd');
const names = fc.array(name, { maxLength: 3 });
const draft: fc.Arbitrary<EventDraft> = fc.oneof(
  fc.record({ threadId: name, from: name, to: name }).map((ends) => messageDraft('m', ends)),
  name.map(agentDraft),
  fc.constant<EventDraft>({ type: 'raw', key: 'r', occurredAt: 1, name: 'news', payload: null }),
);

it('finds exactly what the filter passes, in order', () => {
  fc.assert(
    fc.property(
      fc.array(draft, { maxLength: 30 }),
      fc.array(
        fc.record({
          types: fc.subarray(['message', 'agent', 'raw']),
          agents: names,
          threads: names,
        }),
        { maxLength: 5 },
      ),
      (drafts, filters) => {
        const events = createTestJournal().append('one', drafts);
        const index = createBatchIndex(events);
        for (const selection of filters.map(toSelection)) {
          const { passes } = selection;
          if (passes === null) continue;
          const passing = [...events.entries()].filter(([, event]) => passes(subjectOf(event)));
          expect(index.select(selection)).toEqual(passing.map(([place]) => place));
        }
      },
    ),
  );
});

it('gives filters that differ by quiet names alone one and the same choice', () => {
  const events = createTestJournal().append('one', [agentDraft('a'), messageDraft('m')]);
  const index = createBatchIndex(events);
  const choose = (agents: string[]) => index.select(toSelection({ agents }));
  expect(choose(['a', 'nobody-1'])).toBe(choose(['a', 'nobody-2']));
  expect(choose(['nobody-1'])).toBe(choose(['nobody-2']));
  expect(choose(['a'])).not.toEqual(choose(['nobody-1']));
});
